/*
 * code_text.h: the small grammar that the text forms of phm.concept and
 * phm.codeset share: a code system, '|', a code.
 *
 *   system   an alias (LOINC), a URI that contains ':' (http://loinc.org), any
 *            URI in angle brackets (<my system>), or nothing: no system
 *   part     characters up to an unescaped delimiter, without the white space
 *            around them; nothing: absent; \e: present and empty
 *   quoted   "characters"
 *
 * A backslash before a character that is no ASCII letter or digit stands for
 * that character, everywhere.
 */
#ifndef PHM_CODE_TEXT_H
#define PHM_CODE_TEXT_H

#include "phm_port.h"

typedef struct CodeScanner
{
	const char *start;
	const char *next;
	const char *end;
	char	   *scratch;		/* unescaped parts go here; as long as the input */
	PhmError   *err;
} CodeScanner;

/* Scratch is palloc'd; scanned parts point into it or into static tables. */
extern void code_scan_init(CodeScanner *s, const char *text, size_t length, PhmError *err);

extern void code_scan_space(CodeScanner *s);
extern bool code_scan_char(CodeScanner *s, char c);	/* takes it if it is next */
extern bool code_scan_fail(CodeScanner *s, const char *problem);

/* The system in front of '|', which is taken too; *system NULL when absent. */
extern bool code_scan_system(CodeScanner *s, const char **system, int *length, int *id);

/*
 * Up to a character of stops, which is left; *part NULL when absent.  With
 * star, an unescaped '*' at the end is taken off and reported.
 */
extern bool code_scan_part(CodeScanner *s, const char *stops, const char **part, int *length, bool *star);

/* A quoted text, when a quote is next. */
extern bool code_scan_quoted(CodeScanner *s, const char **text, int *length);

/* The URI of an alias or URI given as an SQL argument; false when it is neither. */
extern bool code_system_argument(const char *text, int text_length,
								 const char **system, int *length, int *id, PhmError *err);

/* Writing the same forms; id 0 when the URI is not in the table. */
extern void code_print_system(StringInfo out, const char *system, int length, int id);
extern void code_print_part(StringInfo out, const char *part, int length, const char *specials, bool final_star);
extern void code_print_quoted(StringInfo out, const char *text, int length);

#endif							/* PHM_CODE_TEXT_H */
