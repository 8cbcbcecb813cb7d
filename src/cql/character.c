/*
 * character.c: case and class of Unicode characters, from short tables of
 * ranges.  Always holds: a character's upper or lower form is written in UTF-8
 * with no more bytes than the character itself.
 */
#include "cql/character.h"

/* How the characters of a range change their case. */
typedef enum CaseRule
{
	CASE_PAIRS,					/* even: upper, the next: lower */
	CASE_PAIRS_ODD,				/* odd: upper */
	CASE_UPPER,					/* lower is distance above */
	CASE_LOWER					/* upper is distance below */
} CaseRule;

/* Source: Unicode Character Database, UnicodeData.txt, simple case mappings. */
static const struct
{
	uint16		first;
	uint16		last;
	uint16		distance;
	uint8		rule;
}			case_ranges[] = {
	{'A', 'Z', 32, CASE_UPPER}, {'a', 'z', 32, CASE_LOWER},
	{0xC0, 0xD6, 32, CASE_UPPER}, {0xD8, 0xDE, 32, CASE_UPPER},
	{0xE0, 0xF6, 32, CASE_LOWER}, {0xF8, 0xFE, 32, CASE_LOWER},
	{0x100, 0x12F, 0, CASE_PAIRS}, {0x132, 0x137, 0, CASE_PAIRS},
	{0x139, 0x148, 0, CASE_PAIRS_ODD}, {0x14A, 0x177, 0, CASE_PAIRS},
	{0x179, 0x17E, 0, CASE_PAIRS_ODD},
	{0x1CD, 0x1DC, 0, CASE_PAIRS_ODD}, {0x1DE, 0x1EF, 0, CASE_PAIRS}, {0x1F8, 0x21F, 0, CASE_PAIRS},
	{0x222, 0x233, 0, CASE_PAIRS},
	{0x386, 0x386, 38, CASE_UPPER}, {0x388, 0x38A, 37, CASE_UPPER}, {0x38C, 0x38C, 64, CASE_UPPER},
	{0x38E, 0x38F, 63, CASE_UPPER}, {0x391, 0x3A1, 32, CASE_UPPER}, {0x3A3, 0x3AB, 32, CASE_UPPER},
	{0x3AC, 0x3AC, 38, CASE_LOWER}, {0x3AD, 0x3AF, 37, CASE_LOWER}, {0x3B1, 0x3C1, 32, CASE_LOWER},
	{0x3C2, 0x3C2, 31, CASE_LOWER},
	{0x3C3, 0x3CB, 32, CASE_LOWER}, {0x3CC, 0x3CC, 64, CASE_LOWER}, {0x3CD, 0x3CE, 63, CASE_LOWER},
	{0x400, 0x40F, 80, CASE_UPPER}, {0x410, 0x42F, 32, CASE_UPPER},
	{0x430, 0x44F, 32, CASE_LOWER}, {0x450, 0x45F, 80, CASE_LOWER},
	{0x460, 0x481, 0, CASE_PAIRS}, {0x48A, 0x4BF, 0, CASE_PAIRS}, {0x4C0, 0x4C0, 15, CASE_UPPER},
	{0x4C1, 0x4CE, 0, CASE_PAIRS_ODD}, {0x4CF, 0x4CF, 15, CASE_LOWER}, {0x4D0, 0x52F, 0, CASE_PAIRS},
	{0x1E00, 0x1E95, 0, CASE_PAIRS}, {0x1EA0, 0x1EFF, 0, CASE_PAIRS}
};

/* The class of a cased letter, and its other form; CHARACTER_OTHER when it is in no range. */
static CharacterClass
find_case(uint32 c, uint32 *other)
{
	int			low = 0,
				high = lengthof(case_ranges) - 1;

	while (low <= high)
	{
		int			i = (low + high) / 2;
		bool		upper;

		if (c < case_ranges[i].first)
			high = i - 1;
		else if (c > case_ranges[i].last)
			low = i + 1;
		else
		{
			upper = case_ranges[i].rule == CASE_UPPER ||
				(case_ranges[i].rule <= CASE_PAIRS_ODD && (c & 1) == case_ranges[i].rule);
			*other = c + (upper ? 1 : -1) * (int) Max(case_ranges[i].distance, 1);
			return upper ? CHARACTER_UPPER : CHARACTER_LOWER;
		}
	}
	return CHARACTER_OTHER;
}

/* The capital of a letter; other characters are their own. */
uint32
character_upper(uint32 c)
{
	uint32		other;

	if (c == 0xFF)
		return 0x178;
	if (c == 0xB5)
		return 0x39C;
	if (c == 0x131)
		return 'I';
	if (c == 0x17F)
		return 'S';
	return find_case(c, &other) == CHARACTER_LOWER ? other : c;
}

/* The small form of a letter; other characters are their own. */
uint32
character_lower(uint32 c)
{
	uint32		other;

	if (c == 0x178)
		return 0xFF;
	if (c == 0x130)
		return 'i';
	return find_case(c, &other) == CHARACTER_UPPER ? other : c;
}

/* Source: Unicode Character Database, blocks and general categories, in large strokes. */
static const struct
{
	uint32		first;
	uint32		last;
	uint8		class;
}			class_ranges[] = {
	{0x09, 0x0D, CHARACTER_SPACE}, {' ', ' ', CHARACTER_SPACE}, {'!', '#', CHARACTER_PUNCTUATION},
	{'$', '$', CHARACTER_SYMBOL}, {'%', '*', CHARACTER_PUNCTUATION}, {'+', '+', CHARACTER_SYMBOL},
	{',', '/', CHARACTER_PUNCTUATION}, {'0', '9', CHARACTER_DIGIT}, {':', ';', CHARACTER_PUNCTUATION},
	{'<', '>', CHARACTER_SYMBOL}, {'?', '@', CHARACTER_PUNCTUATION}, {'[', ']', CHARACTER_PUNCTUATION},
	{'^', '^', CHARACTER_SYMBOL}, {'_', '_', CHARACTER_PUNCTUATION}, {'`', '`', CHARACTER_SYMBOL},
	{'{', '{', CHARACTER_PUNCTUATION}, {'|', '|', CHARACTER_SYMBOL}, {'}', '}', CHARACTER_PUNCTUATION},
	{'~', '~', CHARACTER_SYMBOL}, {0x85, 0x85, CHARACTER_SPACE}, {0xA0, 0xA0, CHARACTER_SPACE},
	{0xA1, 0xA1, CHARACTER_PUNCTUATION}, {0xA2, 0xA6, CHARACTER_SYMBOL}, {0xA7, 0xA7, CHARACTER_PUNCTUATION},
	{0xA8, 0xA9, CHARACTER_SYMBOL}, {0xAA, 0xAA, CHARACTER_LETTER}, {0xAB, 0xAB, CHARACTER_PUNCTUATION},
	{0xAC, 0xAC, CHARACTER_SYMBOL}, {0xAE, 0xB1, CHARACTER_SYMBOL}, {0xB4, 0xB4, CHARACTER_SYMBOL},
	{0xB5, 0xB5, CHARACTER_LOWER}, {0xB6, 0xB7, CHARACTER_PUNCTUATION}, {0xB8, 0xB8, CHARACTER_SYMBOL},
	{0xBA, 0xBA, CHARACTER_LETTER}, {0xBB, 0xBB, CHARACTER_PUNCTUATION}, {0xBF, 0xBF, CHARACTER_PUNCTUATION},
	{0xD7, 0xD7, CHARACTER_SYMBOL}, {0xDF, 0xDF, CHARACTER_LOWER}, {0xF7, 0xF7, CHARACTER_SYMBOL},
	{0xFF, 0xFF, CHARACTER_LOWER}, {0x130, 0x130, CHARACTER_UPPER}, {0x131, 0x131, CHARACTER_LOWER},
	{0x138, 0x138, CHARACTER_LOWER}, {0x149, 0x149, CHARACTER_LOWER}, {0x178, 0x178, CHARACTER_UPPER},
	{0x17F, 0x17F, CHARACTER_LOWER}, {0x180, 0x2AF, CHARACTER_LETTER}, {0x2B0, 0x2C1, CHARACTER_LETTER},
	{0x300, 0x36F, CHARACTER_MARK}, {0x370, 0x373, CHARACTER_LETTER}, {0x376, 0x377, CHARACTER_LETTER},
	{0x37A, 0x37D, CHARACTER_LETTER}, {0x37E, 0x37E, CHARACTER_PUNCTUATION}, {0x37F, 0x37F, CHARACTER_UPPER},
	{0x387, 0x387, CHARACTER_PUNCTUATION}, {0x390, 0x390, CHARACTER_LOWER}, {0x3B0, 0x3B0, CHARACTER_LOWER},
	{0x3CF, 0x3F5, CHARACTER_LETTER}, {0x3F7, 0x3FF, CHARACTER_LETTER}, {0x483, 0x489, CHARACTER_MARK},
	{0x531, 0x556, CHARACTER_UPPER}, {0x561, 0x587, CHARACTER_LOWER}, {0x591, 0x5BD, CHARACTER_MARK},
	{0x5D0, 0x5F2, CHARACTER_LETTER}, {0x610, 0x61A, CHARACTER_MARK}, {0x620, 0x64A, CHARACTER_LETTER},
	{0x64B, 0x65F, CHARACTER_MARK}, {0x660, 0x669, CHARACTER_DIGIT}, {0x671, 0x6D3, CHARACTER_LETTER},
	{0x6F0, 0x6F9, CHARACTER_DIGIT}, {0x904, 0x939, CHARACTER_LETTER}, {0x966, 0x96F, CHARACTER_DIGIT},
	{0xE01, 0xE30, CHARACTER_LETTER}, {0xE50, 0xE59, CHARACTER_DIGIT}, {0x10A0, 0x10FF, CHARACTER_LETTER},
	{0x1680, 0x1680, CHARACTER_SPACE}, {0x1E96, 0x1E9F, CHARACTER_LETTER}, {0x1F00, 0x1FFC, CHARACTER_LETTER},
	{0x2000, 0x200A, CHARACTER_SPACE}, {0x2010, 0x2027, CHARACTER_PUNCTUATION}, {0x2028, 0x2029, CHARACTER_SPACE},
	{0x202F, 0x202F, CHARACTER_SPACE}, {0x2030, 0x205E, CHARACTER_PUNCTUATION}, {0x205F, 0x205F, CHARACTER_SPACE},
	{0x20A0, 0x20BF, CHARACTER_SYMBOL}, {0x20D0, 0x20F0, CHARACTER_MARK}, {0x2100, 0x214F, CHARACTER_SYMBOL},
	{0x2190, 0x23FF, CHARACTER_SYMBOL}, {0x2500, 0x27BF, CHARACTER_SYMBOL}, {0x3000, 0x3000, CHARACTER_SPACE},
	{0x3001, 0x3003, CHARACTER_PUNCTUATION}, {0x3041, 0x3096, CHARACTER_LETTER}, {0x30A1, 0x30FA, CHARACTER_LETTER},
	{0x3400, 0x4DBF, CHARACTER_LETTER}, {0x4E00, 0x9FFF, CHARACTER_LETTER}, {0xAC00, 0xD7A3, CHARACTER_LETTER},
	{0xF900, 0xFAFF, CHARACTER_LETTER}, {0xFF21, 0xFF3A, CHARACTER_UPPER}, {0xFF41, 0xFF5A, CHARACTER_LOWER},
	{0x1F300, 0x1FAFF, CHARACTER_SYMBOL}, {0x20000, 0x2FA1F, CHARACTER_LETTER}
};

/* What a character is. */
CharacterClass
character_class(uint32 c)
{
	uint32		other;
	int			low = 0,
				high = lengthof(class_ranges) - 1;
	CharacterClass class = find_case(c, &other);

	if (class != CHARACTER_OTHER)
		return class;
	while (low <= high)
	{
		int			i = (low + high) / 2;

		if (c < class_ranges[i].first)
			high = i - 1;
		else if (c > class_ranges[i].last)
			low = i + 1;
		else
			return (CharacterClass) class_ranges[i].class;
	}
	return CHARACTER_OTHER;
}

/* Writes a character in UTF-8. */
int
character_write(uint32 c, char *s)
{
	int			n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (n == 1)
	{
		s[0] = (char) c;
		return 1;
	}
	for (int i = n - 1; i > 0; i--, c >>= 6)
		s[i] = (char) (0x80 | (c & 0x3F));
	s[0] = (char) (0xF0 << (4 - n) | c);
	return n;
}
