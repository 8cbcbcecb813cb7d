# The synthetic population without a server: repeatable, consistent, and as common as published.
pass_simulation()
{
	local program=$RUN_DIR/demo_population
	gcc -O2 -std=gnu11 -Wall -DPHM_STANDALONE -Isrc -Itest/fuzz -I"$("$PG_BIN/pg_config" --includedir-server)" \
		-o "$program" test/demo/population.c test/fuzz/shim.c src/phm_port.c \
		src/demo/{demo_table,provider,person,care,measure,claim,population}.c
	"$program" 20000 >"$program.log" || { grep -v '^ok' "$program.log" >&2; return 1; }
}
