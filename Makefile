# phm: build, install and check with PGXS.
#
#   make [PG_CONFIG=...]              compile, assemble the SQL script
#   make install                      into the server that pg_config names
#   make installcheck                 regression tests against a running server
#
# ./run does all of this, and the rest, in a private cluster.

EXTENSION = phm
PHM_VERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" phm.control)
MODULE_big = phm

SOURCES  := $(sort $(wildcard src/*.c src/*/*.c))
OBJS      = $(SOURCES:.c=.o)
SQL_PARTS := src/floors src/assemble $(wildcard src/*/*.sql data/*.tsv data/*.tsv.gz)

DATA_built = phm--$(PHM_VERSION).sql
DATA       = $(wildcard upgrade/phm--*--*.sql)

REGRESS      = $(sort $(basename $(notdir $(wildcard sql/*.sql))))
REGRESS_OPTS = --load-extension=phm
ISOLATION      = $(sort $(basename $(notdir $(wildcard test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=phm

PG_CPPFLAGS = -Isrc -MMD -MP
PG_CFLAGS   = -std=gnu11 -Wall -Wextra -Wno-sign-compare -Wno-unused-parameter \
              -Wno-missing-field-initializers -Wno-clobbered -fno-math-errno $(PHM_CFLAGS)
EXTRA_CLEAN = $(SOURCES:.c=.d) phm--*.sql

with_llvm = no
override with_llvm := no

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

phm--$(PHM_VERSION).sql: $(SQL_PARTS) phm.control
	src/assemble $(PHM_VERSION) > $@.tmp && mv $@.tmp $@

-include $(SOURCES:.c=.d)

# The FHIR dictionary as C, from data/.
GENERATED = $(if $(wildcard src/types/fhir_generate),src/types/fhir_ids.h src/types/fhir_table.inc) \
            $(if $(wildcard src/types/code_system_generate),src/types/code_system_table.inc) \
            $(if $(wildcard src/types/ucum_generate),src/types/ucum_table.inc)
EXTRA_CLEAN += $(GENERATED)
$(OBJS): | $(GENERATED)
src/types/fhir_ids.h src/types/fhir_table.inc &: src/types/fhir_generate data/fhir_type.tsv data/fhir_element.tsv
	src/types/fhir_generate
src/types/code_system_table.inc: src/types/code_system_generate data/code_system.tsv
	src/types/code_system_generate > $@.tmp && mv $@.tmp $@
src/types/ucum_table.inc: src/types/ucum_generate data/ucum_unit.tsv data/ucum_prefix.tsv
	src/types/ucum_generate > $@.tmp && mv $@.tmp $@
