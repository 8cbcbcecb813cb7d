/*
 * pqi.c: the models that look codes up: readmissions, emergency visits,
 * Prevention Quality Indicators and LACE's Charlson index.
 *
 * Lines of the input: "c part" makes a category named after its number and
 * position, "d code" and "p code" are codes of the last one, "q code" asks.
 * Whatever grouper comes out, a model refuses it with a reason or answers
 * within its ranges.
 */
#include "risk/ed_visit.h"
#include "risk/pqi.h"
#include "risk/readmission.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
	"PA1", "PA2", "PA3", "PA4", "exclusion_cancer", "exclusion_rehabilitation", "exclusion_psychiatric",
	"cohort_surgery_gynecology", "cohort_cardiorespiratory", "cohort_cardiovascular", "cohort_neurology",
	"cohort_medicine", "mi", "chf", "diab", "diabwc", "msld", "mld",
};

#define require(condition) \
	do { \
		if (!(condition)) \
			abort(); \
	} while (0)

/* What one code says to every model that takes the grouper. */
static void
ask(const Grouper *g, const char *code, Size length, int age)
{
	static EdModel ed;
	ReadmissionModel readmission;
	PqiModel	pqi;
	LaceModel	lace;
	PhmError	err = {0};

	if (ed_model(g, &ed, &err))
	{
		EdTally		tally;
		EdSummary	summary;
		EdVisit		visit;

		ed_classify(&ed, code, length, false, &visit);
		require(visit.class < ED_CLASSES && ed_class_name(visit.class) && ed_avoidable(&visit) <= ED_WHOLE + 10);
		ed_begin(&tally);
		ed_add(&tally, &ed, code, length, age & 1);
		ed_finish(&tally, &summary);
		require(summary.avoidable <= ED_WHOLE + 10 && summary.classified_of == !(age & 1));
	}
	else
		require(err.sqlstate != 0);
	memset(&err, 0, sizeof(err));
	if (readmission_model(g, &readmission, &err))
	{
		ReadmissionCodes codes;

		readmission_begin(&codes);
		readmission_add(&codes, &readmission, true, code, length);
		readmission_add(&codes, &readmission, false, code, length);
		require(readmission_planned(&codes) <= PLANNED_PA3 && readmission_cohort(&codes) <= HWR_SETS);
	}
	else
		require(err.sqlstate != 0);
	if (pqi_model(g, &pqi, &err))
		abort();				/* no category has such a name here */
	if (lace_model(g, &lace, &err))
		require(lace_charlson(lace_conditions(&lace, code, length)) <= 40);
}

/* Any sets of codes, at any age. */
static void
judge(const uint8_t *data, size_t size)
{
	PqiWork		work = {0};
	PqiDischarge d = {.age = data[0] % 122 - 1, .transfer = data[0] & 1, .newborn = size % 9 == 0};
	PqiResult	result;

	if (size >= 12)
	{
		work.principal = phm_get_u32(data) & (PQI_BIT(PQI_SETS) - 1);
		work.diagnoses = work.principal | (phm_get_u32(data + 4) & (PQI_BIT(PQI_SETS) - 1));
		work.procedures = phm_get_u32(data + 8) & (PQI_BIT(PQI_SETS) - 1);
	}
	pqi_finish(&work, &d, &result);
	require((result.counted & ~pqi_population(d.age)) == 0);
	for (int i = 0; i < PQIS; i++)
	{
		require(pqi_of_number(pqi_number(i)) == i && pqi_name(i) != NULL);
		if (i < PQI_SINGLE)
			require(pqi_why_text(result.why[i]) && (result.why[i] == PQI_COUNTED) == ((result.counted >> i) & 1));
	}
	require(((result.counted >> PQI_90) & 1) == ((result.counted & ((1u << PQI_SINGLE) - 1)) != 0));
	require(((result.counted >> PQI_90) & 1) == (((result.counted >> PQI_91) | (result.counted >> PQI_92)) & 1));
	require(!((result.counted >> PQI_93) & 1) || ((result.counted >> PQI_92) & 1));
	pqi_is_transfer(data[0]);
}

/* One line into the builder. */
static bool
add_line(GrouperBuild *b, const char *line, int *category, PhmError *err)
{
	switch (*line)
	{
		case 'c':
			if (*category + 1 >= lengthof(names))
				return true;
			return grouper_build_category(b, names[++*category], "", line[1] ? line + 2 : "", err);
		case 'd':
		case 'p':
			return *category < 0 || grouper_build_codes(b, *line == 'd' ? "ICD10CM" : "ICD10PCS", names[*category],
														line[1] ? line + 2 : "", err);
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = pnstrdup((const char *) data, size);
	GrouperBuild *b = grouper_build();
	PhmError	err = {0};
	bool		good = true;
	int			category = -1;
	struct varlena *value;
	Grouper		g;

	if (size > 0)
		judge(data, size);
	for (char *line = text; good && line;)
	{
		char	   *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		good = add_line(b, line, &category, &err);
		line = end;
	}
	value = good ? grouper_build_finish(b, &err) : NULL;
	if (value && grouper_view(&g, value, VARSIZE(value), &err))
		ask(&g, (const char *) data, Min(size, 9), size % 120);
	shim_reset();
	return 0;
}
