SELECT phm.version();
