/*
 * value_set.h: the codes of a FHIR R4 ValueSet: its expansion where it has one,
 * else its compose, as a phm.codeset.
 *
 * What codes and prefixes cannot express, and an expansion that does not say
 * everything, is an error that names the element; nothing is approximated.
 */
#ifndef PHM_VALUE_SET_H
#define PHM_VALUE_SET_H

#include "phm_port.h"

/* Where the value sets are that one refers to. */
typedef struct ValueSetSource
{
	/* The payload of the codeset of a canonical URL, perhaps with |version; NULL with an error when there is none. */
	const void *(*find) (void *arg, const char *canonical, int length, PhmError *err);
	void	   *arg;
} ValueSetSource;

/* What a ValueSet says of itself: points into its members; absent: NULL. */
typedef struct ValueSetTexts
{
	const char *url;
	const char *version;
	const char *name;
	const char *title;
	const char *status;
	const char *oid;			/* digits and dots: of the URL, or of an identifier */
	int			url_length;
	int			version_length;
	int			name_length;
	int			title_length;
	int			status_length;
	int			oid_length;
	char		buffers[5][64]; /* texts that the members hold in another form */
} ValueSetTexts;

/* Reads that; error without url. */
extern bool value_set_texts(const uint8 *members, const uint8 *end, ValueSetTexts *texts, PhmError *err);

/* Whether the codes depend on a value set of one of these URLs; for sorting those that come together. */
extern bool value_set_refers(const uint8 *members, const uint8 *end,
							 bool (*is_one) (void *arg, const char *url, int length), void *arg);

/* The codes; palloc'd, NULL with an error. */
extern struct varlena *value_set_codes(const uint8 *members, const uint8 *end, const ValueSetSource *source, PhmError *err);

/* The same of one filter of compose.include: value_set_filter.c. */
typedef struct ValueSetFilter
{
	const char *property;
	const char *op;
	const char *value;
	int			property_length;
	int			op_length;
	int			value_length;
} ValueSetFilter;

struct CodesetBuilder;

/* Adds the codes and prefixes that a filter stands for; *expressible false when it stands for others. */
extern bool value_set_add_filter(struct CodesetBuilder *b, const char *system, int system_length, int system_id,
								 const ValueSetFilter *filter, bool *expressible, PhmError *err);

#endif							/* PHM_VALUE_SET_H */
