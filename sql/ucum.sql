-- What UCUM makes of a unit.
SET search_path = phm, pg_catalog;

-- base units, prefixes, exponents, products, annotations, numbers
SELECT u, phm.ucum_dimension(u)
  FROM unnest(ARRAY['m', 's', 'g', 'rad', 'K', 'C', 'cd', 'kg', 'mg/dL', 'kg/m2', 'kg.m-2', 'm+2', '/min', '/min.m',
                    '{score}', '%', '10*3/uL', '10^9/L', '10*-6', 'mm[Hg]', 'cm[H2O]', 'mL/min/{1.73_m2}',
                    'mL/min/(173.10*-2.m2)', 'meq/L', 'mmol/L', 'U/L', 'm[iU]/L', 'u[IU]/mL', '[iU]2.[arb''U]-1',
                    '/100{WBC}', 'g/(8.h){shift}', '((m/s)/(s))', 'dar', 'dam', 'cd', 'Gb', 'Pa.s', 'V', 'Ohm', 'H', 'T',
                    'Cel', '[degF]', '[pH]', 'dB[SPL]', 'B[10.nV]', '[m/s2/Hz^0.5]', 'Kibit', 'sr', '[HPF]', '1', '',
                    'm0', 's{a}.m{b}', 'cal_[20]', '[PRU]', '[in_i''H2O]', '''''', '[p''diop]'])
       WITH ORDINALITY AS t(u, n)
 ORDER BY n;

-- published values: NIST SP 811 and the definitions of UCUM
SELECT v, f, t, phm.convert(phm.quantity(v, f), t)
  FROM (VALUES (1::numeric, '[in_i]', 'cm'), (1, '[ft_i]', 'm'), (1, '[mi_i]', 'km'), (1, '[nmi_i]', 'm'),
               (3937, '[ft_us]', 'm'), (1, '[lb_av]', 'g'), (1, '[oz_av]', 'g'), (1, '[stone_av]', 'kg'), (1, '[oz_tr]', 'g'),
               (1, '[gr]', 'mg'), (1, '[gal_us]', 'L'), (1, '[foz_us]', 'mL'), (1, '[cup_us]', 'mL'), (1, '[tsp_us]', 'mL'),
               (1, '[pt_br]', 'mL'), (1, '[bu_us]', 'L'), (1, '[acr_br]', '[yd_br]2'), (1, 'atm', 'Pa'), (1, '[psi]', 'Pa'),
               (760, 'mm[Hg]', 'Pa'), (10, 'cm[H2O]', 'Pa'), (1, 'bar', 'kPa'), (1, 'kcal', 'kJ'), (1, '[Cal]', 'kcal'),
               (1, '[Btu_IT]', 'J'), (1, '[HP]', 'W'), (1, 'kgf', 'N'), (1, '[lbf_av]', 'N'), (1, 'eV', 'J'), (1, 'h', 's'),
               (1, 'd', 'min'), (1, 'wk', 'd'), (1, 'a', 'd'), (1, 'mo', 'd'), (1, 'a', 'mo'), (1, 'a_g', 'd'), (1, 'mo_g', 'd'),
               (1, '[kn_i]', 'km/h'), (1, 'Ci', 'Bq'), (1, 'RAD', 'Gy'), (1, 'REM', 'mSv'), (1, 'G', 'T'), (1, 'P', 'Pa.s'),
               (1, 'Ao', 'nm'), (1, 'b', 'm2'), (1, 't', 'kg'), (1, 'ar', 'm2'), (1, '[car_m]', 'mg'), (1, 'g%', 'g/dL'),
               (1, 'U', 'nkat'), (60, 'U', 'ukat'), (1, 'mol', '1'), (1, '[MET]', 'mL/kg/min'), (3, '[Ch]', 'mm'),
               (1, '[wood''U]', 'mm[Hg].min/L'), (1, '[wood''U]', '[PRU]'), (360, 'deg', 'circ'), (1, 'deg', ''''),
               (100, 'gon', 'deg'), (1, 'By', 'bit'), (1, 'KiBy', 'By'), (1, '[LPF]', '[HPF]'), (1, '[ly]', 'm'), (1, 'AU', 'm'),
               (1, 'tex', '[den]'), (1, '[psi]', 'mm[Hg]'), (20, '[drp]', 'mL'), (1, '[S]', 's'), (1, 'l', 'L'), (1, 'st', 'L'))
       AS t(v, f, t);

-- clinical conversions
SELECT v, f, t, phm.convert(phm.quantity(v, f), t)
  FROM (VALUES (7.20, 'g/dL', 'g/L'), (72.0, 'g/L', 'g/dL'), (126, 'mg/dL', 'g/L'), (5, 'mg/dL', 'ug/mL'),
               (100, 'm[iU]/L', 'u[iU]/mL'), (4.5, '10*3/uL', '10*9/L'), (4.5, '10*6/uL', '10*12/L'), (7.2, '%', '1'),
               (0.072, '1', '%'), (30, 'mg/g', '%'), (140, 'meq/L', 'mmol/L'), (90, 'mL/min', 'L/h'), (1, '[ppm]', 'mg/kg'),
               (1, '{score}', '1'), (25, 'kg/m2', 'g/cm2'), (120, 'mm[Hg]', 'kPa'), (1, 'mmol/L', '/L'), (0, 'Cel', 'K'))
       AS t(v, f, t);

-- scales that are not ratios
SELECT v, f, t, phm.convert(phm.quantity(v, f), t)
  FROM (VALUES (98.6, '[degF]', 'Cel'), (37.0, 'Cel', '[degF]'), (-40, 'Cel', '[degF]'), (212, '[degF]', 'K'),
               (100, '[degF]', 'Cel'), (80, '[degRe]', 'Cel'), (491.67, '[degR]', 'Cel'), (37000, 'mCel', 'Cel'), (20, 'dB', 'B'),
               (0, 'K', '[degF]'), (6, '[pH]', '[pH]'))
       AS t(v, f, t);
SELECT v, f, t, round(phm.value(phm.quantity(v, f), t), 10)
  FROM (VALUES (7.0, '[pH]', 'nmol/L'), (40, 'nmol/L', '[pH]'), (120, 'dB[SPL]', 'Pa'), (3, 'B[W]', 'W'), (1, 'Np', 'dB'),
               (180, 'deg', 'rad'), (1, 'rad', 'deg'), (100, '[p''diop]', 'deg'), (100, '%[slope]', 'deg'), (8, 'bit_s', '1'),
               (3, '[m/s2/Hz^0.5]', 'm2/s3'), (2, '[hp''_X]', '1'), (1, '[hp''_C]', '1'), (1, '[hp''_M]', '1'), (1, 'Oe', 'A/m'))
       AS t(v, f, t);
SELECT phm.convert('0 ''mol/L''', '[pH]') AS "no logarithm", phm.convert('7 ''[pH]''', 'g/L') AS incommensurable,
       phm.convert('1 ''[iU]''', 'U') AS "arbitrary is not enzymatic", phm.convert('1 ''[CFU]''', '[PFU]') AS "nor another arbitrary";

-- what is not UCUM
SELECT u FROM unnest(ARRAY['mg/dl', 'MG/DL', 'mcg', '10+3/uL', 'mg/', '/', 'mg//L', 'mg.', '.mg', '()', '(mg', 'mg)', 'm/s/{', 'x}',
                           'µg', 'm g', ' m', 'kmin', 'mm[Hg', '[zzz]', 'm]', 'm-', 'm--2', '{a{b}}', '{a b}', '2m', 'm(s)', '0.m',
                           'Cel2', 'Cel/min', 'KiB', 'm/(/s)', '10*', '[IU]', '{}', '5', '7.2'])
       WITH ORDINALITY AS t(u, n)
 WHERE NOT phm.ucum_valid(u) ORDER BY n;

-- errors say where
SELECT phm.ucum_dimension('mg/dx');
\echo :SQLSTATE
SELECT phm.ucum_dimension('mcg/L');
\echo :SQLSTATE
SELECT phm.ucum_dimension('((((');
\echo :SQLSTATE
SELECT phm.ucum_dimension('m/s/{');
\echo :SQLSTATE
SELECT phm.ucum_dimension('m99999');
\echo :SQLSTATE
SELECT phm.ucum_dimension('Cel/h');
\echo :SQLSTATE
SELECT phm.ucum_dimension(repeat('(', 17) || 'm' || repeat(')', 17));
\echo :SQLSTATE
SELECT phm.ucum_dimension(repeat('m.', 5000) || 'm');
\echo :SQLSTATE
SELECT phm.ucum_dimension('Ym99/ym99');
\echo :SQLSTATE
SELECT phm.ucum_dimension('m99.m');
\echo :SQLSTATE
SELECT phm.ucum_dimension('99999999999999999999.m');
\echo :SQLSTATE
SELECT phm.ucum_dimension('[iU].[arb''U].[CFU].[PFU].[FFU]');
\echo :SQLSTATE
SELECT phm.ucum_dimension(repeat('(', 16) || 'm' || repeat(')', 16)), phm.ucum_dimension('m99.m-99'),
       phm.ucum_dimension('[iU].[arb''U].[CFU].[PFU]/[CFU]');

-- factors beyond 64 bits are not exact, but close
SELECT phm.value('1 ''[gal_us]9''', '[foz_us].[gal_us]8'), phm.value('1 ''[mi_us]20''', '[ft_us].[mi_us]19');

-- the table: one unit equals its definition, and what is metric takes every decimal prefix
SELECT count(*) AS "units", count(*) FILTER (WHERE kind = 'base') AS base, count(*) FILTER (WHERE kind = 'arbitrary') AS arbitrary,
       count(*) FILTER (WHERE kind = 'special') AS special, count(*) FILTER (WHERE metric) AS metric
  FROM phm.ucum_unit;
SELECT code AS "not equal, or too small for 30 decimal places" FROM phm.ucum_unit
 WHERE kind = 'unit'
   AND (CASE WHEN value > 1e-19 THEN phm.quantity(1, code) = phm.quantity(value, unit) END) IS NOT TRUE
 ORDER BY code;
SELECT u.code FROM phm.ucum_unit AS u
 WHERE NOT phm.ucum_valid(u.code)
    OR phm.ucum_valid('k' || u.code) <> u.metric
 ORDER BY u.code;
SELECT p, f, phm.value(phm.quantity(1, p || 'm'), 'm') = f
  FROM (VALUES ('Y', 1e24), ('Z', 1e21), ('E', 1e18), ('P', 1e15), ('T', 1e12), ('G', 1e9), ('M', 1e6), ('k', 1e3), ('h', 1e2),
               ('da', 1e1), ('d', 1e-1), ('c', 1e-2), ('m', 1e-3), ('u', 1e-6), ('n', 1e-9), ('p', 1e-12), ('f', 1e-15),
               ('a', 1e-18), ('z', 1e-21), ('y', 1e-24)) AS t(p, f);
