-- How the figures are taken; included by the others.
CREATE FUNCTION pg_temp.cpu() RETURNS numeric LANGUAGE sql VOLATILE AS $$
	-- behind the name, which stands in parentheses: utime and stime in hundredths of a second
	SELECT (f[12]::numeric + f[13]::numeric) / 100
	  FROM string_to_array(substring(pg_read_file('/proc/' || pg_backend_pid() || '/stat') FROM '\) (.*)'), ' ') AS f
$$;
CREATE TEMP TABLE run (name text, rows numeric, mb numeric, cpu numeric, elapsed numeric);
CREATE TEMP TABLE clock (cpu numeric, at timestamptz);
CREATE PROCEDURE pg_temp.start() LANGUAGE sql AS $$
	DELETE FROM clock; INSERT INTO clock VALUES (pg_temp.cpu(), clock_timestamp())
$$;
CREATE PROCEDURE pg_temp.stop(name text, rows numeric, mb numeric DEFAULT NULL) LANGUAGE sql AS $$
	INSERT INTO run SELECT name, rows, mb, greatest(pg_temp.cpu() - cpu, 0.01), extract(epoch FROM clock_timestamp() - at) FROM clock
$$;
CREATE FUNCTION pg_temp.line(name text, rows numeric, value text, unit text, remark text) RETURNS text LANGUAGE sql AS $$
	SELECT format('%-44s %9s %12s %-13s %s', name, rows, value, unit, remark)
$$;
-- A rate of a measurement: the best run, the spread in CPU time, the rate by elapsed time.
CREATE FUNCTION pg_temp.rate(what text, amount numeric, unit text, budget text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.line(what, max(rows), round(max(amount / cpu))::text, unit,
	                    format('%s; %s to %s, elapsed %s', budget, round(min(amount / cpu)), round(max(amount / cpu)), round(max(amount / elapsed))))
	  FROM run WHERE name = what
$$;
