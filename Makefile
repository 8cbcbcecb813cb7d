# phm: build, install and check with PGXS.
#
#   make [PG_CONFIG=...]              compile, assemble the SQL script
#   make install                      into the server that pg_config names
#   make installcheck                 regression and isolation tests against a running server
#
# ./run does all of this, and the rest, in a private cluster.

EXTENSION = phm
PHM_VERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" phm.control)
MODULE_big = phm

SOURCES  := $(sort $(wildcard src/*.c src/*/*.c))
OBJS      = $(SOURCES:.c=.o)
SQL_PARTS := src/floors src/assemble $(wildcard src/*.sql src/*/*.sql data/*.tsv data/*.tsv.gz content/*.tsv)

# Tables made from data/ and from the record's map.
GENERATED = src/types/fhir_ids.h src/types/fhir_table.inc src/types/code_system_table.inc \
            src/types/ucum_table.inc src/record/record_map.inc src/record/record_table.store.sql \
            src/demo/demo_ids.h src/demo/demo_table.inc

DATA_built = phm--$(PHM_VERSION).sql
DATA       = $(wildcard upgrade/phm--*--*.sql)

REGRESS_OUT  ?= .
REGRESS       = $(sort $(basename $(notdir $(wildcard sql/*.sql))))
# A server may have any locale and encoding; the store needs UTF8.
TEST_DATABASE = --encoding=UTF8 --no-locale --load-extension=phm
REGRESS_OPTS  = $(TEST_DATABASE) --outputdir=$(REGRESS_OUT)

ISOLATION_OUT ?= output_iso
ifneq ($(wildcard test/isolation/specs/*.spec),)
ISOLATION      = $(sort $(basename $(notdir $(wildcard test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test/isolation $(TEST_DATABASE) --outputdir=$(ISOLATION_OUT)
endif

SHLIB_LINK  = -lzstd

PG_CPPFLAGS = -Isrc -MMD -MP -DPHM_VERSION='"$(PHM_VERSION)"'
GCC_ONLY    = -Wno-clobbered
# The server's own flags are gcc's where gcc built it.
CLANG_ONLY  = -Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-ignored-attributes
PG_CFLAGS   = -std=gnu11 -Wall -Wextra -Wno-sign-compare -Wno-unused-parameter \
              -Wno-missing-field-initializers -fno-math-errno -fno-semantic-interposition \
              $(if $(findstring clang,$(CC)),$(CLANG_ONLY),$(GCC_ONLY)) $(PHM_CFLAGS)
EXTRA_CLEAN = $(SOURCES:.c=.d) $(GENERATED) phm--*.sql

# libxml2, which src/types/xml.c alone includes.
XML2_CFLAGS ?= $(shell pkg-config --cflags libxml-2.0 2>/dev/null || xml2-config --cflags 2>/dev/null || echo -I/usr/include/libxml2)
SHLIB_LINK  += -lxml2

# Bitcode would need the very clang that built the server.
override with_llvm := no

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

phm--$(PHM_VERSION).sql: $(SQL_PARTS) $(GENERATED) phm.control
	src/assemble $(PHM_VERSION) > $@.tmp && mv $@.tmp $@

src/types/xml.o: override CPPFLAGS += $(XML2_CFLAGS)

-include $(SOURCES:.c=.d)
src/worker/setup.o: phm.control

# The FHIR dictionary as C, from data/.
$(OBJS): | $(GENERATED)
src/types/fhir_ids.h src/types/fhir_table.inc &: src/types/fhir_generate data/fhir_type.tsv data/fhir_element.tsv
	src/types/fhir_generate
src/record/record_map.inc src/record/record_table.store.sql &: src/record/record_generate src/record/record.map
	src/record/record_generate
src/types/code_system_table.inc: src/types/code_system_generate data/code_system.tsv
	src/types/code_system_generate > $@.tmp && mv $@.tmp $@
src/types/ucum_table.inc: src/types/ucum_generate data/ucum_unit.tsv data/ucum_prefix.tsv
	src/types/ucum_generate > $@.tmp && mv $@.tmp $@
src/demo/demo_ids.h src/demo/demo_table.inc &: src/demo/demo_generate $(wildcard data/demo_*.tsv)
	src/demo/demo_generate
