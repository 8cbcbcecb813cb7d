-- Tables of the benchmark of rules, beside those of test/ecqm/setup.sql.
CREATE TABLE bench_logic (measure text PRIMARY KEY, library text, logic phm.logic, expressions text[], bare_bytes integer);
CREATE TABLE bench_chart (measure text, name text, period daterange, chart phm.chart, PRIMARY KEY (measure, name));
CREATE TABLE bench_large (measure text, name text, kind text, bundle text);
CREATE TABLE bench_time (measure text, name text, us double precision, building_us double precision);
CREATE TABLE bench_large_time (measure text, kind text, us double precision);
CREATE TABLE bench_peer (measure text, cases integer, resources numeric, kilobytes numeric, libraries integer,
	whole text, whole_elapsed text, engine text, engine_elapsed text, megabytes numeric);

-- The least microseconds, of some rounds, in which the chart of each text of a Bundle is made.
CREATE FUNCTION time_building(bundle text, rounds integer) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	text_in_memory text := bundle || ' ';
	chart phm.chart;
	start timestamptz;
	least_us double precision;
BEGIN
	FOR i IN 1..rounds LOOP
		start := clock_timestamp();
		chart := text_in_memory::phm.chart;
		least_us := least(least_us, extract(epoch FROM clock_timestamp() - start) * 1e6);
	END LOOP;
	RETURN least_us;
END
$$;
