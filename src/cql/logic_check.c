#include "cql/logic_format.h"
#include "cql/logic.h"
bool logic_validate(const void *datum, size_t length, PhmError *err) { return true; }
void logic_explain(const void *datum, StringInfo out) { }
