-- Tables of the benchmark of rules, beside those of test/ecqm/setup.sql.
CREATE TABLE bench_logic (measure text PRIMARY KEY, library text, logic phm.logic, expressions text[]);
CREATE TABLE bench_chart (measure text, name text, period daterange, chart phm.chart, PRIMARY KEY (measure, name));
CREATE TABLE bench_trouble (measure text, problem text);
