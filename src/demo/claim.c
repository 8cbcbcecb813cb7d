/*
 * claim.c: what visits and drugs cost, as claims and their lines.
 *
 * A claim is about one encounter or one dispensing; its totals are the sums of
 * its lines.  Office visits give a professional claim, stays and hospital
 * visits an institutional one and a professional one beside it.  Claims come
 * in with a delay, so that the last weeks of a record lack some.
 */
#include "demo/person.h"

typedef struct Line
{
	const DemoCoding *bill;
	const char *revenue;
	int			quantity;
	int64		charge;			/* cents */
	int64		fixed;			/* allowed amount that does not follow from the charge, 0: none */
} Line;

typedef struct Claim
{
	DemoEvent	event;
	Line		lines[DEMO_MAX_LINES + 4];
	int			nlines;
} Claim;

/* Percent of the charge that payers allow, and of the allowed amount that members owe. */
static const int allowed_percent[DEMO_PAYER_COUNT] = {42, 43, 30, 64, 58};
static const int member_percent[DEMO_PAYER_COUNT] = {20, 9, 0, 15, 17};

/* Cents for a stay of weight 1.00. */
static const int64 stay_price[DEMO_PAYER_COUNT] = {690000, 700000, 480000, 1240000, 1190000};

#define ROOM_CHARGE 310000		/* cents a day */
#define SHARE_DENIED 35			/* of 1000 claims */
#define SHARE_REVERSED 10

static void
add_line(Claim *c, const DemoCoding *bill, const char *revenue, int quantity, int64 charge, int64 fixed)
{
	if (c->nlines < (int) lengthof(c->lines))
		c->lines[c->nlines++] = (Line) {bill, revenue, quantity, charge, fixed};
}

/* The amounts of a line. */
static void
price(const Claim *c, const Line *line, int64 *amount)
{
	DemoPayer	payer = c->event.payer;

	amount[DEMO_CHARGE] = line->charge;
	amount[DEMO_ALLOWED] = amount[DEMO_PAID_AMOUNT] = amount[DEMO_MEMBER] = 0;
	if (c->event.origin == DEMO_DENIED)
		return;
	amount[DEMO_ALLOWED] = line->fixed ? line->fixed : line->charge * allowed_percent[payer] / 100;
	amount[DEMO_MEMBER] = amount[DEMO_ALLOWED] * member_percent[payer] / 100;
	amount[DEMO_PAID_AMOUNT] = amount[DEMO_ALLOWED] - amount[DEMO_MEMBER];
}

/* Tells the claim with its totals, then its lines. */
static void
tell_claim(DemoCare *care, Claim *c, int64 received)
{
	DemoEvent	claim;

	if (c->nlines == 0)
		return;
	memset(c->event.amount, 0, sizeof(c->event.amount));
	for (int i = 0; i < c->nlines; i++)
	{
		int64		amount[4];

		price(c, &c->lines[i], amount);
		for (int k = 0; k < 4; k++)
			c->event.amount[k] += amount[k];
	}
	claim = c->event;
	claim.number = ++care->numbers[DEMO_CLAIM];
	if (!demo_tell(care, &claim, received))
		return;
	for (int i = 0; i < c->nlines; i++)
	{
		DemoEvent	line = claim;

		line.kind = DEMO_CLAIM_LINE;
		line.number = ++care->numbers[DEMO_CLAIM_LINE];
		line.request = claim.number;
		line.line = i + 1;
		line.bill = c->lines[i].bill;
		line.unit = c->lines[i].revenue;
		line.quantity = c->lines[i].quantity;
		price(c, &c->lines[i], line.amount);
		demo_tell(care, &line, received);
	}
}

/* A claim without lines for an encounter. */
static void
begin_claim(DemoCare *care, Claim *c, const DemoOpenVisit *v, DemoPayer payer, uint16 type, int64 received)
{
	DemoPerson *p = &care->person;
	int			lot = demo_below(&p->random, 1000);

	c->nlines = 0;
	c->event = v->event;
	c->event.kind = DEMO_CLAIM;
	c->event.encounter = v->event.number;
	c->event.payer = payer;
	c->event.category = type;
	c->event.origin = lot < SHARE_DENIED ? DEMO_DENIED : lot < SHARE_DENIED + SHARE_REVERSED ? DEMO_REVERSED : DEMO_PAID;
	c->event.status = c->event.origin == DEMO_REVERSED ? DEMO_CANCELLED : DEMO_ACTIVE;
	c->event.start = demo_date(demo_day_of(v->start));
	c->event.end = demo_date(demo_day_of(v->end));
	c->event.recorded = demo_time(p, received);
}

/* The DRG of the first diagnosis that has one. */
static const DemoDrg *
find_drg(const DemoOpenVisit *v)
{
	for (int i = 0; i < v->event.ndiagnoses; i++)
		for (int d = 0; d < demo_drg_count; d++)
			if (demo_drgs[d].code == v->event.diagnoses[i])
				return &demo_drgs[d];
	return NULL;
}

/* The revenue code of a service in the hospital. */
static const char *
service_revenue(uint16 code)
{
	const char *name = demo_codes[code].name;

	if (name[0] == 'l')
		return "0300";
	if (name[0] == 'i')
		return "0350";
	return name[0] == 'c' ? "0771" : "0360";
}

/* Lines of a stay or a hospital visit. */
static void
facility_lines(Claim *c, const DemoOpenVisit *v, DemoPayer payer)
{
	const DemoCodeDef *visit = &demo_codes[v->def->code];
	const DemoDrg *drg = find_drg(v);
	int			days = (int) Max((v->end - v->start + 720) / 1440, 1);

	if (v->def->class == DEMO_CODE_CLASS_IMP)
	{
		int			weight = drg ? drg->weight : 95;

		c->event.drg = drg ? drg->drg : "948";
		add_line(c, NULL, v->def->revenue, days, (int64) days * ROOM_CHARGE, stay_price[payer] * weight / 100);
	}
	else if (visit->bill.code != NULL)
		add_line(c, &visit->bill, v->def->revenue, 1, (int64) visit->charge * 2, 0);
	for (int i = 0; i < v->nlines; i++)
	{
		const DemoCodeDef *code = &demo_codes[v->lines[i]];
		bool		included = v->def->class == DEMO_CODE_CLASS_IMP;

		add_line(c, &code->bill, service_revenue(v->lines[i]), 1, (int64) code->charge * 2, included ? 1 : 0);
	}
}

/* Lines of those who saw the person. */
static void
professional_lines(Claim *c, const DemoOpenVisit *v)
{
	const DemoCodeDef *visit = &demo_codes[v->def->code];
	bool		facility = v->def->claim == DEMO_CLAIM_FACILITY;

	if (visit->bill.code != NULL && visit->charge)
		add_line(c, &visit->bill, NULL, 1, visit->charge, 0);
	for (int i = 0; i < v->nlines; i++)
		if (!facility || demo_codes[v->lines[i]].name[0] == 'p')
			add_line(c, &demo_codes[v->lines[i]].bill, NULL, 1,
					 demo_codes[v->lines[i]].charge / (facility ? 3 : 1), 0);
}

void
demo_claim_visit(DemoCare *care, const DemoOpenVisit *v)
{
	DemoPerson *p = &care->person;
	DemoPayer	payer = demo_payer(p, demo_day_of(v->start));
	int64		received = v->end + 1440 * (3 + demo_below(&p->random, 25));
	uint16		type = v->def->code == DEMO_CODE_ENC_DENTAL ? DEMO_CODE_CLAIM_ORAL : DEMO_CODE_CLAIM_PROFESSIONAL;
	Claim		c;

	if (payer == DEMO_PAYER_NONE || v->def->claim == DEMO_CLAIM_NONE)
		return;
	if (v->def->claim == DEMO_CLAIM_FACILITY)
	{
		begin_claim(care, &c, v, payer, DEMO_CODE_CLAIM_INSTITUTIONAL, received);
		facility_lines(&c, v, payer);
		tell_claim(care, &c, received);
	}
	begin_claim(care, &c, v, payer, type, received);
	c.event.reason = 0;
	professional_lines(&c, v);
	tell_claim(care, &c, received);
}

void
demo_claim_drug(DemoCare *care, const DemoEvent *fill, int day)
{
	DemoPerson *p = &care->person;
	DemoPayer	payer = demo_payer(p, day);
	const DemoCodeDef *drug = &demo_codes[fill->code];
	int64		received = demo_minute(day + 1) + demo_below(&p->random, 1440);
	int			lot = demo_below(&p->random, 1000);
	Claim		c;

	if (payer == DEMO_PAYER_NONE)
		return;
	c.nlines = 0;
	c.event = *fill;
	c.event.kind = DEMO_CLAIM;
	c.event.encounter = 0;
	c.event.payer = payer;
	c.event.category = DEMO_CODE_CLAIM_PHARMACY;
	c.event.origin = lot < SHARE_REVERSED * 2 ? DEMO_REVERSED : DEMO_PAID;
	c.event.status = c.event.origin == DEMO_REVERSED ? DEMO_CANCELLED : DEMO_ACTIVE;
	c.event.start = c.event.end = demo_date(day);
	c.event.recorded = demo_time(p, received);
	add_line(&c, &drug->codings[0], NULL, fill->quantity, (int64) drug->charge * fill->days / 30 + 300,
			 (int64) drug->charge * fill->days * 3 / 100 + 200);
	tell_claim(care, &c, received);
}
