/*
 * narrow.c: entries whose time already tells that a condition is not true.
 *
 * The entries of a chart carry a time.  Where it can only come from the element that a
 * condition asks about (Encounter.period, MedicationRequest.authoredOn), an entry that lies
 * far outside of what it is compared with is given up without a look at its body.  "Far" is
 * more than zones, precisions and days can make up for; all others are told by the
 * condition itself.  What is given up would have been found false or null, without an
 * error or a warning, and after what stands before it: nothing else changes.
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

/* Two zones of up to 14 hours, a day, and room. */
#define FAR_AWAY (INT64CONST(72) * 3600 * 1000)

/* Whether the time of entries of a type is that of a property, or none. */
static inline bool
tells_time(CqlExec *x, uint32 property, FhirType type)
{
	const ChartShape *shape = chart_shape(type);
	const PropertyChoices *choices;

	if (!chart_has_one_moment(shape))
		return false;
	choices = cql_choices(x, property, type);
	return choices->count == 1 && choices->elements[0] == shape->moments[0];
}

/* Whether a boundary is a date. */
static inline bool
is_date(CqlValue v)
{
	return v.kind == CQL_DATETIME || v.kind == CQL_DATE;
}

/* Whether a time lies far outside of an interval. */
static inline bool
is_far(int64 time, CqlValue range, uint8 sides)
{
	const CqlInterval *i = range.interval;

	if (range.kind != CQL_INTERVAL || (range.flag & CQL_UNCERTAIN))
		return false;
	if ((sides & DATED_FROM) && is_date(i->low) && time < datetime_earliest(i->low.i) - FAR_AWAY)
		return true;
	return (sides & DATED_TO) && is_date(i->high) && time > datetime_latest(i->high.i) + FAR_AWAY;
}

/*
 * A condition about a date of what is in a slot; extra2: the property.  The range is only
 * asked for where the condition would have asked for it.
 */
CqlValue
cql_dated_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	v = x->frame[n->extra];

	if (v.kind == CQL_ELEMENT && v.element == NULL && tells_time(x, n->extra2, (FhirType) v.type))
	{
		int64		time = chart_entries(x->chart, v.flag)[v.n].time;

		if (time != CHART_NO_DATE && is_far(time, cql_eval_arg(x, n, 1), n->flag))
			return cql_boolean(false);
	}
	return cql_eval_arg(x, n, 0);
}
