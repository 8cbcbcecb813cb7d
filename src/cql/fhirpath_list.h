/*
 * fhirpath_list.h: every function and operator of FHIRPath, in the order of its
 * stored number: new ones are added at the end.  Included with
 * PATH(symbol, name, least, most, way, function) defined.
 *
 * least and most count the arguments beside the input.  function is the symbol of
 * a CQL operator for SINGLE, otherwise a function of fhirpath_*.c.  Names
 * that no one can write as a function begin with a blank or are operators.
 */

/* Structure. */
PATH(Root, " root", 0, 0, LAZY, fhirpath_root)
PATH(Result, " result", 0, 0, ITEMS, fhirpath_result)
PATH(Member, " member", 0, 0, ITEMS, fhirpath_member)
PATH(Index, " index", 1, 1, ITEMS, fhirpath_index)
PATH(IsType, " is", 0, 0, ITEMS, fhirpath_is)
PATH(AsType, " as", 0, 0, ITEMS, fhirpath_as)
PATH(OfType, " ofType", 0, 0, ITEMS, fhirpath_of_type)

/* Operators. */
PATH(OpEqual, "=", 1, 1, ITEMS, fhirpath_equal)
PATH(OpNotEqual, "!=", 1, 1, ITEMS, fhirpath_not_equal)
PATH(OpEquivalent, "~", 1, 1, ITEMS, fhirpath_equivalent)
PATH(OpNotEquivalent, "!~", 1, 1, ITEMS, fhirpath_not_equivalent)
PATH(OpLess, "<", 1, 1, ITEMS, fhirpath_less)
PATH(OpLessOrEqual, "<=", 1, 1, ITEMS, fhirpath_less_or_equal)
PATH(OpGreater, ">", 1, 1, ITEMS, fhirpath_greater)
PATH(OpGreaterOrEqual, ">=", 1, 1, ITEMS, fhirpath_greater_or_equal)
PATH(OpIn, " in", 1, 1, ITEMS, fhirpath_in)
PATH(OpContains, " contains", 1, 1, ITEMS, fhirpath_contains)
PATH(OpAnd, " and", 1, 1, LAZY, fhirpath_and)
PATH(OpOr, " or", 1, 1, LAZY, fhirpath_or)
PATH(OpXor, " xor", 1, 1, LAZY, fhirpath_xor)
PATH(OpImplies, " implies", 1, 1, LAZY, fhirpath_implies)
PATH(OpUnion, "|", 1, 1, ITEMS, fhirpath_union)
PATH(OpAdd, "+", 1, 1, ITEMS, fhirpath_add)
PATH(OpSubtract, "-", 1, 1, SINGLE, Subtract)
PATH(OpMultiply, "*", 1, 1, SINGLE, Multiply)
PATH(OpDivide, "/", 1, 1, ITEMS, fhirpath_divide)
PATH(OpDiv, " div", 1, 1, SINGLE, TruncatedDivide)
PATH(OpMod, " mod", 1, 1, SINGLE, Modulo)
PATH(OpConcatenate, "&", 1, 1, ITEMS, fhirpath_concatenate)
PATH(OpNegate, " negate", 0, 0, SINGLE, Negate)
PATH(OpPlus, " plus", 0, 0, ITEMS, fhirpath_plus)

/* Existence. */
PATH(Empty, "empty", 0, 0, ITEMS, fhirpath_empty)
PATH(Exists, "exists", 0, 1, LOOP, fhirpath_exists)
PATH(All, "all", 1, 1, LOOP, fhirpath_all)
PATH(AllTrue, "allTrue", 0, 0, ITEMS, fhirpath_all_true)
PATH(AnyTrue, "anyTrue", 0, 0, ITEMS, fhirpath_any_true)
PATH(AllFalse, "allFalse", 0, 0, ITEMS, fhirpath_all_false)
PATH(AnyFalse, "anyFalse", 0, 0, ITEMS, fhirpath_any_false)
PATH(SubsetOf, "subsetOf", 1, 1, ITEMS, fhirpath_subset_of)
PATH(SupersetOf, "supersetOf", 1, 1, ITEMS, fhirpath_superset_of)
PATH(Count, "count", 0, 0, ITEMS, fhirpath_count)
PATH(Distinct, "distinct", 0, 0, ITEMS, fhirpath_distinct)
PATH(IsDistinct, "isDistinct", 0, 0, ITEMS, fhirpath_is_distinct)

/* Filtering and projection. */
PATH(Where, "where", 1, 1, LOOP, fhirpath_where)
PATH(Select, "select", 1, 1, LOOP, fhirpath_select)
PATH(Repeat, "repeat", 1, 1, LOOP, fhirpath_repeat)
PATH(Aggregate, "aggregate", 1, 2, LOOP, fhirpath_aggregate)

/* Subsetting. */
PATH(Single, "single", 0, 0, ITEMS, fhirpath_single)
PATH(First, "first", 0, 0, ITEMS, fhirpath_first)
PATH(Last, "last", 0, 0, ITEMS, fhirpath_last)
PATH(Tail, "tail", 0, 0, ITEMS, fhirpath_tail)
PATH(Skip, "skip", 1, 1, ITEMS, fhirpath_skip)
PATH(Take, "take", 1, 1, ITEMS, fhirpath_take)
PATH(Intersect, "intersect", 1, 1, ITEMS, fhirpath_intersect)
PATH(Exclude, "exclude", 1, 1, ITEMS, fhirpath_exclude)
PATH(Union, "union", 1, 1, ITEMS, fhirpath_union)
PATH(Combine, "combine", 1, 1, ITEMS, fhirpath_combine)

/* Conversion. */
PATH(Iif, "iif", 2, 3, LOOP, fhirpath_iif)
PATH(ToBoolean, "toBoolean", 0, 0, ITEMS, fhirpath_convert)
PATH(ToInteger, "toInteger", 0, 0, ITEMS, fhirpath_convert)
PATH(ToDecimal, "toDecimal", 0, 0, ITEMS, fhirpath_convert)
PATH(ToString, "toString", 0, 0, ITEMS, fhirpath_convert)
PATH(ToDate, "toDate", 0, 0, ITEMS, fhirpath_convert)
PATH(ToDateTime, "toDateTime", 0, 0, ITEMS, fhirpath_convert)
PATH(ToTime, "toTime", 0, 0, ITEMS, fhirpath_convert)
PATH(ToQuantity, "toQuantity", 0, 1, ITEMS, fhirpath_convert)
PATH(ConvertsToBoolean, "convertsToBoolean", 0, 0, ITEMS, fhirpath_converts)
PATH(ConvertsToInteger, "convertsToInteger", 0, 0, ITEMS, fhirpath_converts)
PATH(ConvertsToDecimal, "convertsToDecimal", 0, 0, ITEMS, fhirpath_converts)
PATH(ConvertsToString, "convertsToString", 0, 0, ITEMS, fhirpath_converts)
PATH(ConvertsToDate, "convertsToDate", 0, 0, ITEMS, fhirpath_converts)
PATH(ConvertsToDateTime, "convertsToDateTime", 0, 0, ITEMS, fhirpath_converts)
PATH(ConvertsToTime, "convertsToTime", 0, 0, ITEMS, fhirpath_converts)
PATH(ConvertsToQuantity, "convertsToQuantity", 0, 1, ITEMS, fhirpath_converts)

/* Strings. */
PATH(IndexOf, "indexOf", 1, 1, ITEMS, fhirpath_index_of)
PATH(Substring, "substring", 1, 2, ITEMS, fhirpath_substring)
PATH(StartsWith, "startsWith", 1, 1, SINGLE, StartsWith)
PATH(EndsWith, "endsWith", 1, 1, SINGLE, EndsWith)
PATH(Contains, "contains", 1, 1, ITEMS, fhirpath_contains_text)
PATH(Upper, "upper", 0, 0, SINGLE, Upper)
PATH(Lower, "lower", 0, 0, SINGLE, Lower)
PATH(Replace, "replace", 2, 2, ITEMS, fhirpath_replace)
PATH(Matches, "matches", 1, 1, ITEMS, fhirpath_matches)
PATH(MatchesFull, "matchesFull", 1, 1, SINGLE, Matches)
PATH(ReplaceMatches, "replaceMatches", 2, 2, SINGLE, ReplaceMatches)
PATH(Length, "length", 0, 0, SINGLE, Length)
PATH(ToChars, "toChars", 0, 0, SINGLE, ToChars)
PATH(Split, "split", 1, 1, SINGLE, Split)
PATH(Join, "join", 0, 1, ITEMS, fhirpath_join)
PATH(Trim, "trim", 0, 0, ITEMS, fhirpath_trim)

/* Numbers. */
PATH(Abs, "abs", 0, 0, SINGLE, Abs)
PATH(Ceiling, "ceiling", 0, 0, SINGLE, Ceiling)
PATH(Exp, "exp", 0, 0, SINGLE, Exp)
PATH(Floor, "floor", 0, 0, SINGLE, Floor)
PATH(Ln, "ln", 0, 0, SINGLE, Ln)
PATH(Log, "log", 1, 1, SINGLE, Log)
PATH(Power, "power", 1, 1, SINGLE, Power)
PATH(Round, "round", 0, 1, SINGLE, Round)
PATH(Sqrt, "sqrt", 0, 0, ITEMS, fhirpath_sqrt)
PATH(Truncate, "truncate", 0, 0, SINGLE, Truncate)

/* Trees, utilities, FHIR. */
PATH(Children, "children", 0, 0, ITEMS, fhirpath_children)
PATH(Descendants, "descendants", 0, 0, ITEMS, fhirpath_descendants)
PATH(Trace, "trace", 1, 2, LAZY, fhirpath_trace)
PATH(Not, "not", 0, 0, LAZY, fhirpath_not)
PATH(Extension, "extension", 1, 1, ITEMS, fhirpath_extension)
PATH(HasValue, "hasValue", 0, 0, ITEMS, fhirpath_has_value)
PATH(GetValue, "getValue", 0, 0, ITEMS, fhirpath_get_value)
PATH(Resolve, "resolve", 0, 0, ITEMS, fhirpath_resolve)
PATH(MemberOf, "memberOf", 1, 1, ITEMS, fhirpath_member_of)
