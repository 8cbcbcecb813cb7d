/*
 * character.h: Unicode characters in UTF-8: reading, writing, case and class.
 *
 * Case and class cover the scripts of health records in the West (Latin, Greek,
 * Cyrillic) by simple mapping, the same in every locale.
 */
#ifndef PHM_CQL_CHARACTER_H
#define PHM_CQL_CHARACTER_H

#include "phm_port.h"

#define CHARACTER_BAD 0xFFFD	/* stands for a byte that is not UTF-8 */

extern uint32 character_upper(uint32 c);
extern uint32 character_lower(uint32 c);

typedef enum CharacterClass
{
	CHARACTER_OTHER,
	CHARACTER_UPPER,
	CHARACTER_LOWER,
	CHARACTER_LETTER,			/* without case */
	CHARACTER_DIGIT,
	CHARACTER_MARK,
	CHARACTER_PUNCTUATION,
	CHARACTER_SYMBOL,
	CHARACTER_SPACE
} CharacterClass;

extern CharacterClass character_class(uint32 c);

/* Writes a character; returns its length, 1 to 4. */
extern int	character_write(uint32 c, char *s);

/* The character at s, and its length; a byte that is not UTF-8 is one character. */
static inline uint32
character_read(const char *text, const char *end, int *length)
{
	const uint8 *s = (const uint8 *) text;
	int			n = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : s[0] < 0xF5 ? 4 : 0;
	uint32		c;

	*length = 1;
	if (n == 1)
		return s[0];
	if (n == 0 || end - text < n)
		return CHARACTER_BAD;
	c = s[0] & (0x7F >> n);
	for (int i = 1; i < n; i++)
	{
		if ((s[i] & 0xC0) != 0x80)
			return CHARACTER_BAD;
		c = c << 6 | (s[i] & 0x3F);
	}
	*length = n;
	return c;
}

#endif							/* PHM_CQL_CHARACTER_H */
