/*
 * demo_table.c: the tables of demo_table.h, made by demo_generate from
 * data/demo_*.tsv.
 */
#include "demo/demo_table.h"

#include "demo/demo_table.inc"
