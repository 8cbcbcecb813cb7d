# statement_timeout and cancelling stop whatever logic computes within 100 ms: each of a
# table of statements that run long is ended at several moments, and must end soon then.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $limit = 0.1;                # seconds from the timeout to its error
my @moments = (0.5, 0.85);	# parts of a statement's whole time
my $tries = 4;
my $json = JSON::PP->new->canonical->ascii;

# ---- ELM ----

sub literal { return {type => 'Literal', valueType => "{urn:hl7-org:elm-types:r1}$_[0]", value => "$_[1]"} }
sub integer { return literal('Integer', $_[0]) }
sub string { return literal('String', $_[0]) }
sub op { my ($name, @operand) = @_; return {type => $name, operand => @operand == 1 ? $operand[0] : \@operand} }
sub of { my ($name, $source) = @_; return {type => $name, source => $source} }
sub interval { return {type => 'Interval', low => $_[0], high => $_[1], lowClosed => \1, highClosed => \1} }
sub per { return {type => 'Quantity', value => 1, unit => '1'} }

# The Integers from 1 to n; as Intervals of one.
sub numbers { return op('Expand', interval(integer(1), integer($_[0])), per()) }
sub intervals { return op('Expand', {type => 'List', element => [interval(integer(1), integer($_[0]))]}, per()) }

my $x = {type => 'AliasRef', name => 'X'};
my $a = {type => 'QueryLetRef', name => 'A'};

sub query { my ($source, %clauses) = @_; return {type => 'Query', relationship => [], source => [{alias => 'X', expression => $source}], %clauses} }
sub each_of { my ($source, $e) = @_; return query($source, return => {distinct => \0, expression => $e}) }

# e is applied n times; text or list (of one) that is doubled n times.
sub repeated { my ($n, $start, $e) = @_; return query(numbers($n), aggregate => {identifier => 'A', starting => $start, expression => $e}) }
sub text { my ($n, $s) = @_; return repeated($n, string($s), op('Concatenate', $a, $a)) }
sub list { my ($n, $e) = @_; return repeated($n, op('ToList', $e), op('Flatten', {type => 'List', element => [$a, $a]})) }

my $long = text(23, 'abcd');			# 32 MB
my $other = op('Concatenate', text(23, 'abcd'), string('x'));
my $spaces = text(23, '    ');
my $many = list(21, integer(7));		# 2 million
my $fewer = list(19, integer(7));
my $mixed = each_of(numbers(700000), op('Modulo', op('Multiply', $x, integer(101)), integer(1009)));
my $tuple = {type => 'Tuple', element => [{name => 'a', value => $x}, {name => 'b', value => string('b')}]};

sub length_of { return op('Length', $_[0]) }
sub count { return of('Count', $_[0]) }
sub split_by { return {type => 'Split', stringToSplit => $_[0], separator => string($_[1])} }
sub combine { return {type => 'Combine', source => $_[0], separator => string($_[1])} }

my %elm = (
	# strings
	'Length' => length_of($long),
	'Upper' => length_of(op('Upper', text(22, 'abcd'))),
	'Lower' => length_of(op('Lower', text(22, 'ABCD'))),
	'Equal of strings' => op('Equal', $long, op('Concatenate', text(22, 'abcdabcd'), string(''))),
	'Equivalent of strings' => op('Equivalent', text(22, 'abcd'), text(22, 'ABCD')),
	'Less of strings' => op('Less', $long, $other),
	'PositionOf' => {type => 'PositionOf', pattern => string('dx'), string => $long},
	'PositionOf a long one' => {type => 'PositionOf', pattern => string('abcd' x 10 . 'x'), string => $long},
	'LastPositionOf' => {type => 'LastPositionOf', pattern => string('xa'), string => $long},
	'LastPositionOf a long one' => {type => 'LastPositionOf', pattern => string('x' . 'abcd' x 10), string => $long},
	'StartsWith' => op('StartsWith', $other, $long),
	'EndsWith' => op('EndsWith', $other, op('Concatenate', $long, string('x'))),
	'Substring' => length_of({type => 'Substring', stringToSub => $other, startIndex => integer(25000000), length => integer(8000000)}),
	'Indexer' => op('Indexer', $other, integer(33554432)),
	'Split' => count(split_by(text(19, 'a,b,'), ',')),
	'Split at nothing' => count(split_by($long, 'dx')),
	'Combine' => length_of(combine(split_by(text(20, 'a,b,'), ','), ';')),
	'Combine long ones' => length_of(combine({type => 'List', element => [$long, $long, $long]}, ',')),
	'Concatenate' => length_of(op('Concatenate', $long, $other)),
	'ToChars' => count(op('ToChars', text(21, 'abcd'))),
	'Matches' => op('Matches', text(21, 'abcd'), string('(a|b|c|d)*')),
	'Matches in many ways' => op('Matches', text(18, 'abcd'), string('(a|b|c|d|ab|cd|abc)*x')),
	'Matches a character' => op('Matches', text(21, 'abcd'), string('.*x')),
	'ReplaceMatches' => length_of(op('ReplaceMatches', text(20, 'abcd'), string('[bd]'), string('xyz'))),
	'ReplaceMatches of nothing' => length_of(op('ReplaceMatches', $long, string('x+'), string('y'))),
	'ReplaceMatches by much' => length_of(op('ReplaceMatches', string('aaaa'), string('a'), text(21, 'abcd'))),
	'SplitOnMatches' => count({type => 'SplitOnMatches', stringToSplit => text(20, 'a1b2'), separatorPattern => string('[0-9]')}),
	'ToInteger' => op('ToInteger', text(24, '0000')),
	'ToQuantity' => op('ToQuantity', op('Concatenate', string('1'), $spaces)),
	'ToRatio' => op('ToRatio', $spaces),
	'ToDateTime' => op('ToDateTime', text(24, '2012')),
	'a code' => op('Equal', {type => 'Instance', classType => '{urn:hl7-org:elm-types:r1}Code', element => [{name => 'code', value => $long}]}, {type => 'Null'}),
	# lists
	'Count' => count($many),
	'Sum' => of('Sum', $many),
	'Sum of Decimals' => of('Sum', each_of(numbers(500000), op('ToDecimal', $x))),
	'Avg' => of('Avg', $many),
	'Min' => of('Min', $many),
	'Median' => of('Median', $mixed),
	'Mode' => of('Mode', $mixed),
	'Variance' => of('Variance', $many),
	'PopulationStdDev' => of('PopulationStdDev', $many),
	'GeometricMean' => of('GeometricMean', $many),
	'Product' => of('Product', list(21, integer(1))),
	'AllTrue' => of('AllTrue', list(21, literal('Boolean', 'true'))),
	'AnyTrue' => of('AnyTrue', list(21, literal('Boolean', 'false'))),
	'Exists' => op('Exists', repeated(21, {type => 'List', element => [{type => 'Null'}]}, op('Flatten', {type => 'List', element => [$a, $a]}))),
	'Distinct' => count(op('Distinct', numbers(700000))),
	'Distinct of tuples' => count(op('Distinct', each_of(numbers(500000), $tuple))),
	'Distinct of one' => count(op('Distinct', $many)),
	'Distinct of long ones' => count(op('Distinct', each_of(numbers(30), op('Concatenate', text(20, 'abcd'), op('ToString', $x))))),
	'Union' => count(op('Union', numbers(500000), $many)),
	'Intersect' => count(op('Intersect', numbers(500000), numbers(500000))),
	'Except' => count(op('Except', numbers(500000), $many)),
	'Includes' => op('Includes', numbers(500000), numbers(500000)),
	'ProperIncludes' => op('ProperIncludes', numbers(500000), numbers(500000)),
	'Equal of lists' => op('Equal', $many, $many),
	'Equal of other lists' => op('Equal', numbers(700000), each_of(numbers(700000), op('Add', $x, integer(0)))),
	'Equivalent of lists' => op('Equivalent', numbers(700000), each_of(numbers(700000), op('Add', $x, integer(0)))),
	'In' => op('In', integer(8), list(21, integer(7))),
	'IndexOf' => {type => 'IndexOf', source => list(21, integer(7)), element => integer(8)},
	'Flatten' => count(op('Flatten', {type => 'List', element => [$fewer, $fewer, $fewer]})),
	'Sort' => {type => 'Last', source => {type => 'Sort', source => $mixed, by => [{type => 'ByDirection', direction => 'asc'}]}},
	'Sort of long ones' => count({type => 'Sort', source => each_of(numbers(30), op('Concatenate', text(20, 'abcd'), op('ToString', $x))), by => [{type => 'ByDirection', direction => 'desc'}]}),
	'Expand' => count(intervals(1000000)),
	'Collapse' => count(op('Collapse', intervals(200000), per())),
	'Collapse of one' => count(op('Collapse', list(19, interval(integer(1), integer(3))), {type => 'Null'})),
	'Times' => count(op('Times', each_of(numbers(1000), {type => 'Tuple', element => [{name => 'a', value => $x}]}),
			each_of(numbers(1000), {type => 'Tuple', element => [{name => 'b', value => $x}]}))),
	'Filter' => count({type => 'Filter', scope => 'X', source => numbers(1000000), condition => op('Greater', $x, integer(5))}),
	'ForEach' => count({type => 'ForEach', scope => 'X', source => numbers(1000000), element => op('Add', $x, integer(5))}),
	'Slice' => count({type => 'Slice', source => $many, startIndex => integer(5), endIndex => integer(2000000)}),
	'Is a list' => op('Not', {type => 'Is', operand => $many, isTypeSpecifier => {type => 'ListTypeSpecifier', elementType => {type => 'NamedTypeSpecifier', name => '{urn:hl7-org:elm-types:r1}Integer'}}}),
	'Children' => count(of('Children', {type => 'List', element => [$many, $many]})),
	'with' => count({type => 'Query', source => [{alias => 'X', expression => numbers(1000)}], relationship => [
		{type => 'With', alias => 'Y', expression => numbers(3000), suchThat => op('Equal', {type => 'AliasRef', name => 'Y'}, integer(-1))}]}),
	# printing
	'a list as JSON' => numbers(700000),
	'a text as JSON' => text(23, "a\"b\x{e4}"),
	'a long text as JSON' => $long,
	'tuples as JSON' => each_of(numbers(400000), $tuple),
);
my %statement = map { $_ => 'SELECT octet_length(phm.evaluate_elm(' . quote($json->encode($elm{$_})) . ", '2026-06-30 12:00+00'))" } keys %elm;

# ---- FHIRPath, parameters, jsonb, documents ----

sub quote { my ($s) = @_; $s =~ s/'/''/g; return "'$s'" }

my $doubled = '(' . join('|', 1 .. 23) . ')';
my %path = (
	'replace' => "${doubled}.take(20).aggregate(\$total & \$total, 'abcd').replace('b', 'xyz').length()",
	'replace of nothing' => "${doubled}.take(20).aggregate(\$total & \$total, 'abcd').replace('', 'xyz').length()",
	'trim' => "${doubled}.aggregate(\$total & \$total, '    ').trim().length()",
	'concatenation' => "${doubled}.aggregate(\$total & \$total, 'abcd').length()",
	'indexOf' => "${doubled}.aggregate(\$total & \$total, 'abcd').indexOf('dx')",
	'matches' => "${doubled}.take(20).aggregate(\$total & \$total, 'abcd').matches('cx')",
	'combine' => "${doubled}.take(20).aggregate(\$total.combine(\$total), 7).count()",
	'distinct' => "${doubled}.take(20).aggregate(\$total.combine(\$total), 7).distinct().count()",
	'exclude' => "${doubled}.take(21).aggregate(\$total.combine(\$total), 7).exclude(8|9).count()",
	'equality' => "${doubled}.take(20).aggregate(\$total.combine(\$total), 7) = ${doubled}.take(20).aggregate(\$total.combine(\$total), 7)",
	'equivalence' => "${doubled}.take(12).aggregate(\$total.combine(\$total), 7) ~ ${doubled}.take(12).aggregate(\$total.combine(\$total), 7)",
	'allTrue' => "${doubled}.take(21).aggregate(\$total.combine(\$total), true).allTrue()",
	'join' => "${doubled}.take(20).aggregate(\$total.combine(\$total), 'a').join(',').length()",
	'repeat' => "(1).repeat(\$this + 1)",
	'numbers as jsonb' => "${doubled}.take(20).aggregate(\$total.combine(\$total), 7)",
	'texts as jsonb' => "${doubled}.take(19).aggregate(\$total.combine(\$total), 'abcdefgh')",
	'a text as jsonb' => "${doubled}.take(22).aggregate(\$total & \$total, 'a\"bc')",
	'a plain text as jsonb' => "${doubled}.aggregate(\$total & \$total, 'abcd')",
);
$statement{"fhirpath: $_"} = "SELECT pg_column_size(phm.fhirpath('{\"resourceType\":\"Basic\"}'::phm.resource, E" . quote($path{$_}) . '))' for keys %path;

my $library = $json->encode({library => {identifier => {id => 'L', version => '1'},
	usings => {def => [{localIdentifier => 'System', uri => 'urn:hl7-org:elm-types:r1'}]},
	parameters => {def => [{name => 'P', accessLevel => 'Public', parameterTypeSpecifier => {type => 'NamedTypeSpecifier', name => '{urn:hl7-org:elm-types:r1}Any'}}]},
	contexts => {def => [{name => 'Patient'}]},
	statements => {def => [{name => 'E', context => 'Patient', accessLevel => 'Public', expression => op('IsNull', {type => 'ParameterRef', name => 'P'})}]}}});
my $prepare = <<"SQL";
CREATE EXTENSION phm;
CREATE TABLE made AS SELECT (phm.link_libraries(ARRAY['L'], ARRAY[@{[quote($library)]}], ARRAY['L'], '{}', '{}', '{}', true, true)).logic,
	'{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p"}}]}'::phm.chart AS chart;
CREATE TABLE given (name text, value jsonb, t text);
ALTER TABLE given ALTER value SET STORAGE external, ALTER t SET STORAGE external;
INSERT INTO given (name, value) SELECT 'numbers', jsonb_build_object('P', (SELECT jsonb_agg(i) FROM generate_series(1, 600000) AS i));
INSERT INTO given (name, value) SELECT 'text', jsonb_build_object('P', repeat('abcdefgh', 900000));
INSERT INTO given (name, t) SELECT 'document', '{"type":"List","element":[' || string_agg('{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"' || i || '"}', ',') || ']}'
  FROM generate_series(1, 150000) AS i;
INSERT INTO given (name, t) SELECT 'literal', '{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}String","value":"' || repeat('abc\\"\\u00e4', 4000000) || '"}';
SQL
$statement{"parameters: $_"} = "SELECT phm.evaluate(logic, 'E', chart, as_of => '2026-06-30', parameters => value) FROM made, given WHERE name = '$_'" for qw(numbers text);
$statement{"ELM: $_"} = "SELECT octet_length(phm.evaluate_elm(t, '2026-06-30')) FROM given WHERE name = '$_'" for qw(document literal);

# ---- running ----

my $node = PostgreSQL::Test::Cluster->new('cancel');
$node->init;
$node->start;
$node->safe_psql('postgres', $prepare);

# Seconds and SQLSTATEs of statements, each with a timeout in milliseconds, in order; the first is not counted.
sub took
{
	my @runs = @_;
	my $script = "\\set QUIET on\n\\pset format unaligned\n\\pset tuples_only on\n";
	my ($out, $err);

	for my $run ([0, 'SELECT phm.version()'], @runs)
	{
		$script .= "SELECT clock_timestamp() AS begun \\gset\nSET statement_timeout = $run->[0];\n\\o /dev/null\n$run->[1];\n\\o\n" .
			"\\set state :SQLSTATE\nSET statement_timeout = 0;\nSELECT extract(epoch FROM clock_timestamp() - :'begun'), :'state';\n";
	}
	my $begun = time;
	$node->psql('postgres', $script, stdout => \$out, stderr => \$err, on_error_stop => 0);
	my @rows = map { [split /\|/] } split /\n/, $out;
	diag(@runs . ' statements took ' . (time - $begun) . ' s') if $ENV{CANCEL_SHOW};
	is(scalar @rows, 1 + @runs, 'every statement was measured') or diag($err);
	return @rows[1 .. $#rows];
}

# What this machine adds when the server's own loops compute, and hold memory that the end gives back.
my $slack = 0;
my @own = ('SELECT sum(i) FROM (SELECT generate_series(1, 1000000000) AS i) AS s',
	"SELECT length(string_agg(repeat('x', 1000000), '')) FROM (SELECT generate_series(1, 900)) AS s");
for my $row (took(map { [150, $own[$_ % 2]] } 1 .. 10))
{
	is($row->[1], '57014', 'a timeout is one');
	$slack = $row->[0] - 0.15 if $row->[0] - 0.15 > $slack;
}
diag(sprintf 'slack %.3f s', $slack) if $ENV{CANCEL_SHOW};

my @names = sort grep { !$ENV{CANCEL_ONLY} || /$ENV{CANCEL_ONLY}/ } keys %statement;
my %whole;
my @whole = took(map { [4000, $statement{$_}] } @names);
$whole{$names[$_]} = $whole[$_] for 0 .. $#names;

my @left = map { my $name = $_; map { [$name, $_] } @moments } @names;
my %late = ();
for (my $try = 0; $try < $tries && @left; $try++)
{
	my @runs = map { [1 + int($whole{$_->[0]}[0] * 1000 * $_->[1]), $statement{$_->[0]}] } @left;
	my @rows = took(@runs);
	my @again = ();

	for my $i (0 .. $#left)
	{
		my ($name, $moment) = @{$left[$i]};
		my $late = $rows[$i][0] - $runs[$i][0] / 1000;

		# What ended by itself says nothing about cancelling.
		$late = 0 if $rows[$i][1] ne '57014' && $late < $limit + $slack;
		$late{$name}{$moment} = $late if !defined $late{$name}{$moment} || $late < $late{$name}{$moment};
		push @again, $left[$i] if $late{$name}{$moment} > $limit + $slack;
	}
	@left = @again;
}
for my $name (@names)
{
	my ($worst) = sort { $late{$name}{$b} <=> $late{$name}{$a} } @moments;

	diag(sprintf '%-40s %s %.3f s, %.3f s late', $name, $whole{$name}[1], $whole{$name}[0], $late{$name}{$worst}) if $ENV{CANCEL_SHOW};
	ok($late{$name}{$worst} <= $limit + $slack, "$name ends soon") or
		diag(sprintf '%.0f ms after the timeout, at %.2f of %.2f s', $late{$name}{$worst} * 1000, $worst, $whole{$name}[0]);
	like($whole{$name}[1], qr/^(00000|57014)$/, "$name is no error");
}
done_testing();
