SELECT '7.2 ''%'''::phm.quantity;
