# Strait. 'make help' lists what there is to do. Sources are found by wildcard: a new file needs no line here, a new
# directory needs one in the table of walls. Variables: V=1 shows the commands, CC=clang and SAN=1 (ASan and UBSan)
# build apart from the rest, each in its own tree.

MAKEFLAGS += -rR --no-print-directory
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
, := ,
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $(2))

CC := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))
CLANG := $(findstring clang,$(CC))
# Where this build's files go; B=… on the command line builds elsewhere, so that two may build one tree at once.
B := build$(if $(FUZZ),/fuzz,$(if $(CLANG),/clang)$(if $(SAN),/san))

# Flags ---------------------------------------------------------------------------------------------------------------

PURE_LIBS := libcjson yaml-0.1
# TLS to Redis where the distribution's hiredis has it.
REDIS_TLS := $(shell pkg-config --exists hiredis_ssl openssl 2>/dev/null && echo hiredis_ssl openssl)
IO_LIBS := $(PURE_LIBS) libuv libcurl $(REDIS_TLS) hiredis libwebsockets
LACKS := $(shell pkg-config --print-errors --exists $(IO_LIBS) cmocka 2>&1 || echo lacks)

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla \
	-Wformat=2 -Wundef -Wpointer-arith -Wwrite-strings -Wnested-externs -Wredundant-decls \
	$(if $(CLANG),,-Wno-format-truncation)
HARDENED := -O2 -D_FORTIFY_SOURCE=$(if $(CLANG),2,3)
SANITIZE := -fsanitize=address,undefined
SANITIZED := -O1 -fno-omit-frame-pointer $(SANITIZE) -fno-sanitize-recover=all \
	$(if $(FUZZ),-fsanitize=fuzzer-no-link)
CFLAGS := -std=c17 -D_GNU_SOURCE $(if $(REDIS_TLS),-DSTRAIT_REDIS_TLS) -g $(WARNINGS) $(if $(SAN),$(SANITIZED),$(HARDENED)) -fstack-protector-strong -fPIE \
	-ffunction-sections -fdata-sections '-Duthash_fatal(text)=abort()' \
	$(subst -I,-isystem ,$(shell pkg-config --cflags $(IO_LIBS) cmocka 2>/dev/null))
LDFLAGS := -pie -Wl,-z,relro,-z,now -Wl,--gc-sections -Wl,--as-needed $(if $(SAN),$(SANITIZE))
libs = $(shell pkg-config --libs $(1)) -lm

# The walls: what the sources of a directory may include. The tests of a directory link what stands here, no more. ------

TYPES := reconcilers/node reconcilers/cluster reconcilers/condition
GEN := $(B)/gen
PURE := controller/core controller/workflow controller/scylla crd reconcilers controller/base
EVERY_TYPE := $(TYPES) $(GEN)

may_controller/base := controller/base
may_controller/scylla := controller/scylla controller/base
may_crd := crd controller/base
may_controller/workflow := controller/workflow crd reconcilers controller/base
may_controller/core := $(PURE)
may_reconcilers := reconcilers controller/scylla controller/base
$(foreach d,$(TYPES),$(eval may_$(d) := $(may_reconcilers)))
may_$(GEN) := $(GEN) reconcilers controller/workflow controller/base
may_controller/io := controller/io controller/base
may_controller/shell := controller/shell controller/core controller/io controller/base
may_controller/ctl := controller/ctl controller/io controller/core controller/workflow crd reconcilers controller/base $(GEN)
may_controller := controller controller/shell controller/io $(PURE) $(GEN)
may_e2e/sim := e2e/sim controller/base $(GEN)

may_unit := unit $(PURE) e2e/sim
may_unit/base := controller/base
may_unit/scylla := $(may_controller/scylla)
may_unit/crd := $(may_crd)
may_unit/workflow := $(may_controller/workflow) $(EVERY_TYPE) controller/scylla controller/core
may_unit/core := unit $(PURE) $(EVERY_TYPE)
may_unit/reconcilers := unit $(PURE) $(EVERY_TYPE) e2e/sim
may_unit/sim := unit unit/recording $(PURE) $(EVERY_TYPE) e2e/sim
may_unit/mutants := unit/sim $(may_unit/sim)
may_unit/sim_model := e2e/sim controller/base
may_unit/recording := unit $(PURE) $(EVERY_TYPE)
may_unit/io := controller/io controller/base
may_unit/differential := unit unit/sim unit/io controller/io $(PURE)
may_unit/shell := unit/io $(may_controller/shell) $(PURE) $(EVERY_TYPE)
may_unit/ctl := $(may_controller/ctl) controller/scylla $(TYPES)

may = $(or $(may_$(1)),$(error $(1)/ has no row in the table of walls))
quotes = $(addprefix -iquote ,$(call may,$(patsubst %/,%,$(dir $(1)))) $(if $(filter unit/%,$(1)),$(dir $(1)) unit))

# Sources and objects -------------------------------------------------------------------------------------------------

# Programs that the build itself runs; what they print is compiled, or compared by lint.
TOOLS := controller/workflow/embed.c controller/core/gen-reasons.c controller/core/gen-knobs.c
# The simulator's model, which simulation links; the rest of e2e/sim is its server.
MODEL := $(wildcard e2e/sim/model*.c e2e/sim/oracle*.c)
NOT_IN_LIBRARIES := $(TOOLS) unit/replay.c unit/recording/replay-recording.c

objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
sources = $(if $(filter e2e/sim,$(1)),$(MODEL),$(filter-out $(NOT_IN_LIBRARIES) $(1)/test_% $(1)/fuzz_%,$(wildcard $(1)/*.c)))
# One archive for each directory that has sources, so that what is broken in one leaves the others' tests usable.
archives = $(foreach d,$(1),$(if $(filter $(GEN),$(d)),$(B)/lib/gen.a,$(if $(call sources,$(d)),$(B)/lib/$(d).a)))
grouped = -Wl,--start-group $(1) -Wl,--end-group

DIRECTORIES := $(filter-out $(GEN),$(patsubst may_%,%,$(filter may_%,$(.VARIABLES))))
ALL_SOURCES := $(foreach d,$(DIRECTORIES),$(wildcard $(d)/*.c))
HEADERS := $(foreach d,$(DIRECTORIES),$(wildcard $(d)/*.h))
PURE_OBJECTS := $(filter-out %/controller/base/log.o,$(call objects,$(foreach d,$(PURE) $(TYPES),$(call sources,$(d)))))
.SECONDARY:

$(B)/obj/%.o: %.c Makefile | needs
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) $(call quotes,$<) -MMD -MP -c -o $@ $<

$(B)/obj/gen/%.o: $(GEN)/%.c Makefile | needs
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) $(addprefix -iquote ,$(may_$(GEN))) -MMD -MP -c -o $@ $<

# Generated headers are there before anything that may include them is compiled.
$(call objects,$(ALL_SOURCES)): | $(GEN)/registry.h $(GEN)/version.h

$(B)/lib/gen.a: $(B)/obj/gen/registry.o $(B)/obj/gen/workflows.o
$(foreach d,$(DIRECTORIES),$(eval $(B)/lib/$(d).a: $(call objects,$(call sources,$(d)))))
$(B)/lib/%.a: $(GEN)/sources
	$(Q)mkdir -p $(@D) && rm -f $@ && ar qcs $@ $(filter %.o,$^)

-include $(patsubst %.o,%.d,$(call objects,$(ALL_SOURCES)) $(B)/obj/gen/registry.o $(B)/obj/gen/workflows.o)

needs:
	@$(if $(LACKS),printf '%s\n' "$$(pkg-config --print-errors --exists $(IO_LIBS) cmocka 2>&1 || true)" \
		"some libraries are not here: make deps installs them" >&2; exit 1)

# Generated sources: rewritten only when what they say changes --------------------------------------------------------

TYPE_NAMES := $(sort $(subst -,_,$(basename $(notdir $(foreach d,$(TYPES),$(wildcard $(d)/*.c))))))
# What C's library or the tests' has a function of that name for is called otherwise in C.
SYMBOLS := $(foreach t,$(TYPE_NAMES),$(if $(filter fail sleep,$(t)),task_$(t),$(t)))
WORKFLOWS := $(wildcard manifests/workflows/*.yaml)
VERSION ?= 0.1.0$(addprefix +,$(shell git rev-parse --short HEAD 2>/dev/null))
NOTE := /* Generated by make. */
# $(call lines,'a' 'b'): the target holds these lines.
lines = @mkdir -p $(@D); new=$$(mktemp $@.XXXX); printf '%s\n' '$(NOTE)' $(1) >$$new; \
	if cmp -s $$new $@; then rm $$new; else mv $$new $@; fi

$(GEN)/registry.h: FORCE
	$(call lines,'#pragma once' 'struct reconciler;' '/* Every type of reconcilers/ by name; ended by NULL. */' \
		'extern const struct reconciler *const registry[];' \
		'/* manifests/workflows/: name$(,) JSON text$(,) name$(,) JSON text$(,) NULL. */' \
		'extern const char *const builtin_workflows[];')

# A file that goes must leave its archive too.
$(GEN)/sources: FORCE
	$(call lines,$(ALL_SOURCES))

$(GEN)/version.h: FORCE
	$(call lines,'#pragma once' '#ifndef STRAIT_VERSION' '#define STRAIT_VERSION "$(VERSION)"' '#endif')

$(GEN)/registry.c: FORCE
	$(call lines,'#include "registry.h"' '#include "reconciler.h"' \
		$(SYMBOLS:%='extern const struct reconciler %;') \
		'const struct reconciler *const registry[] = {' $(SYMBOLS:%='	&%$(,)') '	(void *)0$(,)' '};')

$(GEN)/workflows.c: $(WORKFLOWS) $(if $(wildcard controller/workflow/embed.c),$(B)/embed-workflows)
	@mkdir -p $(@D)
	$(Q)$(if $(filter %/embed-workflows,$^),$(B)/embed-workflows $(WORKFLOWS), \
		printf '#include "registry.h"\nconst char *const builtin_workflows[] = {(void *)0};\n') >$@

$(B)/embed-workflows: $(call objects,controller/workflow/embed.c)
$(B)/gen-reasons: $(call objects,controller/core/gen-reasons.c)
$(B)/gen-knobs: $(call objects,controller/core/gen-knobs.c)
$(B)/embed-workflows $(B)/gen-reasons $(B)/gen-knobs: $(call archives,$(PURE))
	$(Q)$(CC) $(LDFLAGS) -o $@ $(call grouped,$^) $(call libs,$(PURE_LIBS))

# Programs ------------------------------------------------------------------------------------------------------------

in_controller := $(call objects,$(wildcard controller/*.c)) \
	$(call archives,controller/shell controller/io $(PURE) $(EVERY_TYPE))
in_straitctl := $(call objects,$(wildcard controller/ctl/*.c)) $(call archives,controller/io $(PURE) $(EVERY_TYPE))
in_sim := $(call objects,$(wildcard e2e/sim/*.c)) $(call archives,controller/base)
PROGRAMS := $(if $(wildcard controller/main.c),$(B)/strait-controller) $(if $(wildcard controller/ctl/*.c),$(B)/straitctl) \
	$(if $(wildcard e2e/sim/main.c),$(B)/scylla-sim)

$(B)/debug/strait-controller: $(in_controller)
$(B)/debug/straitctl: $(in_straitctl)
$(B)/debug/scylla-sim: $(in_sim)
$(B)/debug/%:
	$(call say,LD,$(@F))
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $(call grouped,$^) $(call libs,$(IO_LIBS))

# The same sources under another version: what an upgrade in the middle of an operation is tried with.
$(B)/obj/next/%.o: controller/%.c Makefile | needs $(GEN)/registry.h $(GEN)/version.h
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) '-DSTRAIT_VERSION="$(VERSION).next"' $(call quotes,$<) -c -o $@ $<
$(B)/next/strait-controller: $(patsubst controller/%.c,$(B)/obj/next/%.o,$(wildcard controller/*.c)) \
		$(filter %.a,$(in_controller))
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $(call grouped,$^) $(call libs,$(IO_LIBS))

# What is shipped: small. The sanitizers' reports need the symbols.
$(PROGRAMS): $(B)/%: $(B)/debug/%
	$(Q)$(if $(SAN),cp,strip -o) $(if $(SAN),$< $@,$@ $<)

# Unit tests: unit/<what>/test_*.c and fuzz_*.c each become a program, with the other sources of that directory.
UNIT := $(basename $(wildcard unit/*/test_*.c unit/*/fuzz_*.c))
TESTS := $(addprefix $(B)/,$(UNIT))
helpers = $(filter-out $(NOT_IN_LIBRARIES) $(dir $(1))test_% $(dir $(1))fuzz_%,$(wildcard $(dir $(1))*.c))
row = $(call may,$(patsubst %/,%,$(dir $(1))))
define test_program
$(B)/$(1): $(call objects,$(1).c $(call helpers,$(1)) $(if $(findstring /fuzz_,$(1)),$(if $(FUZZ),,unit/replay.c))) \
	$(call archives,$(call row,$(1)))
	$$(call say,LD,$(1))
	$$(Q)mkdir -p $$(@D) && $$(CC) $$(LDFLAGS) $(if $(FUZZ),-fsanitize=fuzzer) -o $$@ $$(call grouped,$$^) \
		$$(call libs,$(if $(filter controller/io,$(call row,$(1))),$(IO_LIBS),$(PURE_LIBS)) cmocka)
endef
$(foreach t,$(UNIT),$(eval $(call test_program,$(t))))
# For developers: what this build's core makes of a recording.
$(B)/replay-recording: $(call objects,unit/recording/replay-recording.c unit/effect_words.c) \
		$(call archives,unit/recording $(PURE) $(EVERY_TYPE))
	$(call say,LD,$(@F))
	$(Q)$(CC) $(LDFLAGS) -o $@ $(call grouped,$^) $(call libs,$(PURE_LIBS))

# The simulation, over a core with defects: what they are put into.
MUTATED := core_new gate_check roll_held journal_is_durable journal_is_quiet acts_resume acts_run wait_for_conditions \
	op_explain ring_is_called_down raft_quorum_stays batch_passes batch_allows failure_judge ending_run \
	record_read roll_start store_run operation_decode turn_is_kept \
	plan_compile_targets op_taken_over operation_decode_unreadable conditions_set turn_is_ours sweep_want task_pass \
	pace_allows ring_set_live ring_is_up topology_want override_lifts plan_unit plan_limit operation_phase_is_final \
	newcomers_allow target_decode topology_read ring_is_witness raft_release \
	topology_schema_agreed kube_apply_status op_write_status lease_keep lease_want
$(filter $(B)/unit/mutants/%,$(TESTS)): LDFLAGS += $(MUTATED:%=-Wl,--wrap=%)
# Which keys the decoder of workflows knows, and which of them it meets.
$(filter %/test_constructs,$(TESTS)): LDFLAGS += -Wl,--wrap=field_known
PURE_TESTS := $(foreach t,$(TESTS),$(if $(filter controller/io,$(call row,$(t:$(B)/%=%))),,$(t)))

# What there is to do -------------------------------------------------------------------------------------------------

.PHONY: help deps build check unit test sanitized sanitized-io sanitized-pure memory end-to-end valgrind fuzz lint headers redis-tls bench fleet soak kills demo clean golden-update needs FORCE

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' Makefile

deps: ## Install what is missing here: Debian packages, and the test servers' binaries
	$(if $(wildcard e2e/deps.sh),e2e/deps.sh,@echo 'there is no e2e/deps.sh' >&2; exit 1)

build: $(PROGRAMS) $(B)/replay-recording $(B)/straitctl.1 ## The programs: build/strait-controller, build/straitctl and its man page, build/scylla-sim

# Made of the commands' descriptors, so that it is never older than they are.
$(B)/straitctl.1: $(B)/straitctl
	$(Q)$< man >$@

PREFIX ?= /usr/local
SHARED := $(DESTDIR)$(PREFIX)/share
install: build ## The programs, straitctl's man page and completions, below PREFIX=/usr/local; DESTDIR= for packagers
	$(Q)install -d $(DESTDIR)$(PREFIX)/bin $(SHARED)/man/man1 $(SHARED)/bash-completion/completions \
		$(SHARED)/zsh/site-functions $(SHARED)/fish/vendor_completions.d
	$(Q)install -m 755 $(B)/strait-controller $(B)/straitctl $(DESTDIR)$(PREFIX)/bin
	$(Q)ln -sf straitctl $(DESTDIR)$(PREFIX)/bin/kubectl-strait
	$(Q)install -m 644 $(B)/straitctl.1 $(SHARED)/man/man1
	$(Q)$(B)/straitctl completion bash >$(SHARED)/bash-completion/completions/straitctl
	$(Q)$(B)/straitctl completion zsh >$(SHARED)/zsh/site-functions/_straitctl
	$(Q)$(B)/straitctl completion fish >$(SHARED)/fish/vendor_completions.d/straitctl.fish

MUTANTS := $(filter $(B)/unit/mutants/%,$(TESTS))
IN_FLEET := $(addprefix $(B)/unit/sim/test_,fleet crashes)

check: build $(filter-out $(MUTANTS),$(TESTS)) ## The inner loop: build, unit tests, a little of the simulation
	@STRAIT_QUICK=1 STRAIT_SEEDS=$${STRAIT_SEEDS:-5} unit/run $(filter-out $<,$(filter $(B)/unit/%,$^))

unit: build $(TESTS) ## Unit tests and simulation at length, and the defects that they must find; without the fleet
	@unit/run --show='*/@(mutants|differential)/*' $(filter-out $(IN_FLEET),$(TESTS))

test: deps ## Everything: unit, the fleet, both under sanitizers and valgrind, and end to end on real servers
	$(MAKE) unit
	$(MAKE) fleet OPERATIONS=2000
	$(MAKE) CC=clang SAN=1 sanitized-io
	$(MAKE) build/next/strait-controller
	$(MAKE) end-to-end

# The scenarios wait most of the time: what has no clock but a simulated one runs beside them, out of their way.
end-to-end:
	@nice -n 19 $(MAKE) -s memory >$(B)/memory.log 2>&1 & beside=$$!; ended=0; e2e/run || ended=1; \
		wait $$beside || ended=1; sed '/^  ok /d' $(B)/memory.log; exit $$ended
memory:
	@$(MAKE) CC=clang SAN=1 sanitized-pure
	@$(MAKE) valgrind

# Of a core with a defect put in, which is meant to fail, nobody needs to know whether it is clean; the fleet comes last.
SANITIZED_TESTS := $(filter-out $(MUTANTS) $(IN_FLEET),$(TESTS))
RUN_SANITIZED := STRAIT_QUICK=1 STRAIT_SEEDS=5 unit/run
sanitized: sanitized-io sanitized-pure ## With CC=clang SAN=1: the unit tests and 200 operations of the fleet
sanitized-io: build $(SANITIZED_TESTS) $(IN_FLEET)
	@$(RUN_SANITIZED) $(filter-out $(PURE_TESTS),$(SANITIZED_TESTS))
sanitized-pure: $(SANITIZED_TESTS) $(IN_FLEET)
	@$(RUN_SANITIZED) $(filter $(PURE_TESTS),$(SANITIZED_TESTS))
	@STRAIT_QUICK=1 $(MAKE) fleet OPERATIONS=200

# What the sanitizers do not see is a use of what was never set. Slow: of the simulation and of the types' transcripts a part
# is enough, all of it is the same core; and a core with a defect is no better for being clean.
UNDER_VALGRIND := $(filter-out $(MUTANTS) $(B)/unit/sim/% $(B)/unit/reconcilers/test_tasks,$(PURE_TESTS)) \
	$(addprefix $(B)/unit/sim/test_,roll golden_journals)
valgrind: $(UNDER_VALGRIND) ## The unit tests of the pure parts under valgrind
	@STRAIT_QUICK=1 STRAIT_SEEDS=1 unit/run --limit 1200 --under 'valgrind -q --error-exitcode=99 --leak-check=full' $^

SECONDS_EACH := $(or $(SECONDS),60)
fuzz: ## Fuzz every parser for SECONDS=60 each, from its corpus; finds stay in build/fuzz
	$(MAKE) FUZZ=1 SAN=1 CC=clang SECONDS=$(SECONDS_EACH) fuzz-run
fuzz-run: $(foreach t,$(TESTS),$(if $(findstring /fuzz_,$(t)),$(t)))
	@for f in $^; do name=$${f##*/fuzz_}; mkdir -p $(B)/found/$$name; \
		$$f -max_total_time=$(SECONDS_EACH) -artifact_prefix=$(B)/found/$$name- $(B)/found/$$name unit/corpus/$$name; done

lint: headers redis-tls $(PURE_OBJECTS) $(B)/gen-reasons $(B)/gen-knobs ## Budgets, banned calls, purity, walls
	@BUILD=$(B) unit/lint.sh $(PURE_OBJECTS)

headers: $(HEADERS:%=$(B)/headers/%.ok)
$(B)/headers/%.ok: % $(HEADERS) Makefile | needs $(GEN)/registry.h $(GEN)/version.h
	@mkdir -p $(@D)
	@for cc in gcc clang; do echo '#include "$(<F)"' | $$cc $(filter-out -D_FORTIFY% -Wno-%,$(CFLAGS)) $(call quotes,$<) \
		-fsyntax-only -x c - || { echo '$<: does not compile alone with '$$cc >&2; exit 1; }; done
	@touch $@

# Where the distribution's hiredis is without TLS, the compilers read what this build leaves out all the same.
redis-tls: | needs
	$(Q)$(if $(REDIS_TLS),,for cc in gcc clang; do $$cc $(filter-out -D_FORTIFY% -Wno-%,$(CFLAGS)) -DSTRAIT_REDIS_TLS \
		-isystem unit/declared $(call quotes,controller/io/redis_tls.c) -fsyntax-only controller/io/redis_tls.c; done)

bench: build $(B)/unit/sim/test_fleet ## Measure what the design promises, on a real API server and Redis
	e2e/bench

OPERATIONS := 2000
fleet: $(IN_FLEET) ## OPERATIONS=2000 simulated, each with its faults; every crash point
	@STRAIT_SEEDS=$(OPERATIONS) unit/run --limit 1800 --show $^

SEEDS :=
KILLS := 200
soak: $(filter $(B)/unit/sim/%,$(TESTS)) ## Fresh seeds for SECONDS=60, then KILLS=200 on real servers; or SEEDS=n, no kills
	@if [[ -n "$(SEEDS)" ]]; then STRAIT_SEEDS=$(SEEDS) unit/run --limit 86400 $^; \
		else SOAK_SECONDS=$(SECONDS_EACH) unit/run --limit 86400 --show $(B)/unit/sim/test_fleet; fi
	$(if $(SEEDS),,$(MAKE) kills)

# KILLS=n of kill -9, spread over the effects of four scenarios.
kills: deps
	$(MAKE) build
	STRAIT_KILLS=$(KILLS) STRAIT_CONTROLLER=$(CURDIR)/$(B)/strait-controller STRAIT_SIM=$(CURDIR)/$(B)/scylla-sim \
		e2e/run kills

demo: deps ## A rolling restart, shown live, on servers of its own
	$(MAKE) build
	e2e/demo

golden-update: $(TESTS) ## Rewrite the golden files from what the tests see now; look at the diff
	@STRAIT_GOLDEN=update unit/run $(TESTS)

clean: ## Remove build/, ending what runs from there
	@[[ ! -d build/e2e || ! -x e2e/cluster ]] || e2e/cluster down
	rm -rf build
