/*
 * logic_check.h: what the files that check logic from outside share
 * (logic_check.c: sections and tables, logic_check_node.c: nodes).
 */
#ifndef PHM_CQL_LOGIC_CHECK_H
#define PHM_CQL_LOGIC_CHECK_H

#include "cql/logic_format.h"

/* Fails with what is wrong with element i of a section. */
extern bool logic_malformed(PhmError *err, const char *section, uint32 i, const char *what);

/* Whether a number is one of a section's elements. */
static inline bool
logic_has(const LogicHeader *logic, LogicSection section, uint64 i)
{
	return i < logic_count(logic, section);
}

/* The same for a number that may be absent. */
static inline bool
logic_has_or_none(const LogicHeader *logic, LogicSection section, uint32 i)
{
	return i == LOGIC_NONE || i < logic_count(logic, section);
}

/* Nodes, their operands and memos, and that frames are large enough; tables have been checked before. */
extern bool logic_check_nodes(const LogicHeader *logic, PhmError *err);

#endif							/* PHM_CQL_LOGIC_CHECK_H */
