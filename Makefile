# SPDX-License-Identifier: Apache-2.0
# `make help` explains every target. Variables: CC, CLANG, CROSS, BUILD (where
# everything goes), ROOM (make test ROOM=agent: only tests/agent; also gate,
# fuzz), JOBS (how many tests at a time), FUZZ_SECONDS, PREFIX, DESTDIR.

BUILD ?= build
ROOM ?= *
JOBS ?= 2
FUZZ_SECONDS ?= 5
PREFIX ?= /usr/local
CC ?= cc
CLANG ?= clang
CROSS ?= arm-none-eabi-

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes \
            -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Werror
STANDARD := -std=c11 -D_GNU_SOURCE -Iinclude -Isrc -Ihost -Iports
CFLAGS ?= -O2 -g
SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
            -fno-omit-frame-pointer
DEPENDS = -MMD -MP

CORE := $(sort $(wildcard src/*/*.c))
HOST := $(sort $(filter-out host/cli/%,$(wildcard host/*/*.c)) \
               $(wildcard ports/posix/*.c ports/psa/*.c))
CLI := $(sort $(wildcard host/cli/*.c))
VERSION := $(shell sed -n 's/.*define FARFIX_VERSION "\(.*\)"/\1/p' host/cli/main.c)
LIBS := -lcurl -lmicrohttpd -lmbedcrypto -ldivsufsort -lpthread

object = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))

.PHONY: all
all: $(BUILD)/farfix $(BUILD)/libfarfix.a $(BUILD)/libfarfix-sim.a ## builds build/farfix and the two libraries

.PHONY: help
help: ## says what each target does
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /	/' | \
	    while IFS='	' read -r n t; do printf '  make %-13s %s\n' "$$n" "$$t"; done

.PHONY: deps
deps: ## installs what make test needs, with apt
	@scripts/deps test

# --- release build ----------------------------------------------------------

$(BUILD)/release/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STANDARD) $(WARNINGS) $(CFLAGS) $(DEPENDS) -c $< -o $@

$(BUILD)/libfarfix.a: $(call object,release,$(CORE))
	@rm -f $@
	$(AR) rcs $@ $^

# The virtual module, to embed in a test: include/farfix/sim.h.
SIM := $(sort $(wildcard host/sim/*.c host/lab/*.c ports/psa/*.c))
$(BUILD)/libfarfix-sim.a: $(call object,release,$(CORE) $(SIM))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/farfix: $(call object,release,$(CLI) $(HOST)) $(BUILD)/libfarfix.a
	$(CC) $(CFLAGS) $^ $(LIBS) $(LDFLAGS) -o $@

# --- tests: everything under ASan and UBSan ---------------------------------

TESTS_C := $(sort $(wildcard tests/$(ROOM)/test_*.c))
TESTS_SH := $(sort $(wildcard tests/$(ROOM)/test_*.sh))
TEST_HELP := $(sort $(wildcard tests/support/*.c ports/at-file/*.c))
FUZZ := $(patsubst fuzz/%.c,%,$(sort $(wildcard fuzz/fuzz_*.c)))
GATES := rooms style format-check docs-check symbols size lint
TAPS := $(if $(filter $(ROOM),* gate),$(GATES:%=$(BUILD)/tap/gate/%.tap)) \
        $(TESTS_C:tests/%.c=$(BUILD)/tap/%.tap) \
        $(TESTS_SH:tests/%.sh=$(BUILD)/tap/%.tap) \
        $(if $(filter $(ROOM),* fuzz),$(FUZZ:%=$(BUILD)/tap/fuzz/%.tap))

$(BUILD)/asan/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STANDARD) -Itests/support $(WARNINGS) $(SANITIZE) $(DEPENDS) -c $< -o $@

$(BUILD)/asan/libhost.a: $(call object,asan,$(CORE) $(HOST) $(TEST_HELP))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/asan/farfix: $(call object,asan,$(CLI)) $(BUILD)/asan/libhost.a
	$(CC) $(SANITIZE) $^ $(LIBS) -o $@

.SECONDARY:
$(BUILD)/asan/tests/%: $(BUILD)/asan/tests/%.o \
        $(BUILD)/asan/tests/support/filter.o $(BUILD)/asan/libhost.a
	$(CC) $(SANITIZE) $^ $(LIBS) -lcmocka -lzip -lssl -lcrypto -o $@

.PHONY: FORCE
$(BUILD)/tap/%.tap: $(BUILD)/asan/tests/% $(BUILD)/asan/farfix FORCE
	@BUILD=$(BUILD) scripts/run-test $@ $<
$(BUILD)/tap/%.tap: tests/%.sh $(BUILD)/asan/farfix $(BUILD)/farfix FORCE
	@BUILD=$(BUILD) scripts/run-test $@ $<
$(BUILD)/tap/bench/test_bench.tap: $(BUILD)/asan/bench/bench \
        $(BUILD)/bench/bench
$(BUILD)/tap/delta/test_corpus.tap: $(BUILD)/asan/tests/delta/corpus_reader
$(BUILD)/tap/pack/test_same.tap: $(BUILD)/fuzz/farfix
$(BUILD)/tap/package/test_parsers.tap: $(BUILD)/asan/tests/package/zip_judge
# Two thousand clients are too many for a store under sanitizers.
$(BUILD)/tap/store/test_slow.tap: $(BUILD)/farfix
$(BUILD)/tap/sim/test_crowd.tap: $(BUILD)/farfix $(BUILD)/bench/sim_peer
$(BUILD)/tap/power/test_replay.tap: $(BUILD)/power/test_pairs
# These run make install, side by side: nothing must be left to build for two.
$(BUILD)/tap/ports/test_deb.tap $(BUILD)/tap/sim/test_recipes.tap \
        $(BUILD)/tap/cmake/test_consumer.tap: $(BUILD)/farfix \
        $(BUILD)/libfarfix.a $(BUILD)/libfarfix-sim.a
$(BUILD)/tap/gate/%.tap: FORCE
	@scripts/run-gate $* $@ $(MAKE) -s $*

.PHONY: test taps
test: ## runs every test and gate; ROOM=agent: only tests/agent
	@scripts/deps test
	@rm -f $(TAPS)
	@$(MAKE) -s -k -j$(JOBS) taps || true
	@scripts/count-tests $(TAPS)
taps: $(TAPS)

# --- power cuts by the million: no sanitizers, what is slow is remembered ---

POWER_TESTS := $(sort $(wildcard tests/power/test_*.c))
POWER_HELP := $(filter-out $(POWER_TESTS),$(sort $(wildcard tests/power/*.c))) \
              tests/support/filter.c
POWER_WRAP := $(foreach call,open prepare next checkpoint restore, \
                -Wl,--wrap=ffx_payload_$(call))

$(BUILD)/power/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STANDARD) -Itests/support $(WARNINGS) $(CFLAGS) $(DEPENDS) -c $< -o $@

$(BUILD)/power/libhost.a: $(call object,power,$(CORE) $(HOST) $(TEST_HELP))
	@rm -f $@
	$(AR) rcs $@ $^

# Named, not by pattern alone: make prefers a pattern whose files exist already.
POWER_PROGRAMS := $(POWER_TESTS:tests/power/%.c=$(BUILD)/power/%)
$(POWER_PROGRAMS): $(BUILD)/power/%: $(BUILD)/power/tests/power/%.o \
        $(call object,power,$(POWER_HELP)) $(BUILD)/power/libhost.a
	$(CC) $(CFLAGS) $(POWER_WRAP) $^ $(LIBS) -lcmocka $(LDFLAGS) -o $@

# The same under sanitizers, with nothing remembered but signatures and digests.
$(POWER_PROGRAMS:$(BUILD)/power/%=$(BUILD)/asan/tests/power/%): \
        $(BUILD)/asan/tests/power/%: $(BUILD)/asan/tests/power/%.o \
        $(filter-out %/memo_payload.o,$(call object,asan,$(POWER_HELP))) \
        $(BUILD)/asan/libhost.a
	$(CC) $(SANITIZE) $^ $(LIBS) -lcmocka -o $@

$(BUILD)/tap/power/%.tap: $(BUILD)/power/% FORCE
	@BUILD=$(BUILD) scripts/run-test $@ $<
$(BUILD)/tap/power/test_memo.tap: $(BUILD)/power/test_closure \
        $(BUILD)/asan/tests/power/test_closure

.PHONY: power
power: ## cuts the power by the million: states, cut points, boots, seconds
	@$(MAKE) -s test ROOM=power; code=$$?; \
	    grep -ah '^# ' $(BUILD)/tap/power/*.tap.raw; exit $$code

# --- planted bugs: what the tests are worth -----------------------------------

.PHONY: mutants
mutants: ## plants each bug of tests/mutants; the tests must see it; MUTANT=name
	@scripts/deps test
	@BUILD='$(BUILD)' JOBS='$(JOBS)' MUTANT='$(MUTANT)' scripts/mutants

# --- fuzzing: clang's compile of everything is also half of lint ------------

FUZZING := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(CLANG) $(STANDARD) -Itests/support $(WARNINGS) $(FUZZING) \
	    -fsanitize=fuzzer-no-link $(DEPENDS) -c $< -o $@

$(BUILD)/fuzz/libhost.a: $(call object,fuzz,$(CORE) $(HOST) $(TEST_HELP))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/fuzz/fuzz_%.o $(BUILD)/fuzz/libhost.a
	$(CLANG) $(FUZZING) -fsanitize=fuzzer $^ $(LIBS) -o $@

# farfix as clang builds it: who makes a package must not matter.
$(BUILD)/fuzz/farfix: $(call object,fuzz,$(CLI)) $(BUILD)/fuzz/libhost.a
	$(CLANG) $(FUZZING) -fsanitize=fuzzer-no-link $^ $(LIBS) -o $@

$(BUILD)/tap/fuzz/fuzz_%.tap: $(BUILD)/fuzz/fuzz_% FORCE
	@BUILD=$(BUILD) scripts/run-test $@ \
	    scripts/run-fuzz $< fuzz/corpus/$* $(FUZZ_SECONDS)

.PHONY: fuzz
fuzz: ## replays the stored inputs of each fuzz target, then fuzzes FUZZ_SECONDS
	@$(MAKE) -s test ROOM=fuzz

SOAKED_DRIVER := $(patsubst %,$(BUILD)/tap/driver/test_%.tap, \
                   sessions noise two_party two_party_sim)
.PHONY: soak
soak: ## fuzz for ten minutes each; bad servers in all pieces; all patches of the corpus; power cuts; mutants
	@TEST_SECONDS=1200 $(MAKE) -s test ROOM=fuzz FUZZ_SECONDS=600
	@SOAK=1 TEST_SECONDS=7200 $(MAKE) -s test ROOM=sim
	@SOAK=1 FARFIX_SESSIONS=1000000 FARFIX_NOISE=200 TEST_SECONDS=7200 \
	    $(MAKE) -s $(SOAKED_DRIVER)
	@scripts/count-tests $(SOAKED_DRIVER)
	@SOAK=1 TEST_SECONDS=14400 $(MAKE) -s $(BUILD)/tap/delta/test_corpus.tap
	@scripts/count-tests $(BUILD)/tap/delta/test_corpus.tap
	@SOAK=1 POWER=soak TEST_SECONDS=36000 $(MAKE) -s power
	@KILLS=5000 FARFIX_SEED=1000 $(MAKE) -s kill
	@SOAK=1 $(MAKE) -s $(BUILD)/tap/mcu/test_update.tap
	@scripts/count-tests $(BUILD)/tap/mcu/test_update.tap
	@$(MAKE) -s mutants

# --- patches beside those of other tools ------------------------------------

BENCH := $(sort $(wildcard bench/*.c))

$(BUILD)/bench/bench: $(call object,release,$(BENCH))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $^ -lmbedcrypto -lm $(LDFLAGS) -o $@
$(BUILD)/asan/bench/bench: $(call object,asan,$(BENCH))
	$(CC) $(SANITIZE) $^ -lmbedcrypto -lm -o $@

.PHONY: bench
bench: ## patches beside other tools'; CORPUS=DIR PAIR=hackrf PROFILES=16K
	@scripts/deps bench
	@$(MAKE) -s -j$(JOBS) $(BUILD)/farfix $(BUILD)/bench/bench
	@BUILD='$(BUILD)' CORPUS='$(CORPUS)' PAIR='$(PAIR)' PAIRS='$(PAIRS)' \
	    PROFILES='$(PROFILES)' scripts/bench

.PHONY: bench-store
bench-store: ## requests per second of the store beside nginx; ROUNDS=5
	@scripts/deps bench-store
	@$(MAKE) -s -j$(JOBS) $(BUILD)/farfix
	@BUILD='$(BUILD)' scripts/bench-store

$(BUILD)/bench/sim_peer: $(call object,release,bench/sim/peer.c)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $^ $(LDFLAGS) -o $@

.PHONY: bench-sim
bench-sim: ## the virtual module: push, commands a second, COUNT=1000 at once
	@scripts/deps demo
	@$(MAKE) -s -j$(JOBS) $(BUILD)/farfix $(BUILD)/bench/sim_peer
	@BUILD='$(BUILD)' scripts/bench-sim

# --- what Thumb code looks like ----------------------------------------------

PRIOR_CORES := v6-m v7-m v7e-m
PRIOR_C_LIBRARIES = $(dir $(shell $(CROSS)gcc -print-file-name=libc.a))
PRIOR_GCC_LIBRARIES = $(dir $(shell $(CROSS)gcc -print-libgcc-file-name))
PRIOR_ARCHIVES = $(foreach core,$(PRIOR_CORES), \
    $(addprefix $(PRIOR_C_LIBRARIES)thumb/$(core)/nofp/, \
                libc.a libc_nano.a libm.a) \
    $(PRIOR_GCC_LIBRARIES)thumb/$(core)/nofp/libgcc.a)

$(BUILD)/prior: $(call object,release,scripts/prior.c)
	$(CC) $(CFLAGS) $^ $(LDFLAGS) -o $@

.PHONY: prior
prior: $(BUILD)/prior ## counts the table of src/delta/delta_prior.c anew
	@$< $(PRIOR_ARCHIVES) >$(BUILD)/priors
	@sed -i -e '/^static const uint8_t priors/,/^};/{/^};/!d;r $(BUILD)/priors' \
	    -e 'd}' src/delta/delta_prior.c

# --- gates ------------------------------------------------------------------

CODE = $(shell find src host ports include tests fuzz bench examples firmware \
               scripts -name '*.[ch]' 2>/dev/null | sort)

.PHONY: rooms style format-check format lint docs-check symbols size
rooms: ## refuses an include that ROOMS does not allow
	@scripts/rooms
style: ## lengths of functions and files, licence lines, leftovers
	@scripts/style
format-check: ## refuses code that clang-format would change
	@clang-format --dry-run -Werror $(CODE)
format: ## lets clang-format change the code
	@clang-format -i $(CODE)
docs-check: ## man pages without warnings, no dead link between pages
	@scripts/docs
lint: $(BUILD)/fuzz/libhost.a ## everything must also satisfy clang's warnings
	@$(CLANG) $(STANDARD) -Itests/support $(WARNINGS) -fsyntax-only \
	    $(CLI) $(BENCH) $(wildcard tests/*/*.c fuzz/*.c)

# The device core as a Cortex-M sees it.
CORTEX := -mthumb -Os -g -std=c11 -ffreestanding -ffunction-sections \
          -fdata-sections -Iinclude -Isrc $(WARNINGS)
M3 := $(call object,cortex-m3,$(CORE))
M0 := $(call object,cortex-m0,$(CORE))

$(BUILD)/cortex-m3/%.o $(BUILD)/cortex-m3/%.ci: %.c
	@mkdir -p $(@D)
	$(CROSS)gcc -mcpu=cortex-m3 $(CORTEX) -fcallgraph-info=su $(DEPENDS) \
	    -c $< -o $(@D)/$(*F).o
$(BUILD)/cortex-m0/%.o: %.c
	@mkdir -p $(@D)
	$(CROSS)gcc -mcpu=cortex-m0 $(CORTEX) $(DEPENDS) -c $< -o $@

symbols: $(M3) $(M0) ## refuses a device core that asks for more than mem*
	@scripts/symbols $(CROSS) $(M3)
	@scripts/symbols $(CROSS) $(M0)
$(BUILD)/cortex-m3/stack: $(M3) $(M3:.o=.ci) scripts/stack scripts/stack-calls
	@scripts/stack $(CROSS) $(BUILD)/cortex-m3 scripts/stack-calls >$@.new
	@mv $@.new $@
SIZED := $(M3) $(BUILD)/cortex-m3/scripts/sizes.o $(BUILD)/cortex-m3/stack
size: $(SIZED) ## bytes of each room, RAM and stack against the budgets
	@scripts/size $(CROSS) $(BUILD)/cortex-m3 \
	    $(BUILD)/cortex-m3/scripts/sizes.o $(BUILD)/cortex-m3/stack
	@$(MAKE) -s size-mcu

# Built before the gates run, because gates run side by side.
$(BUILD)/tap/gate/lint.tap: $(BUILD)/fuzz/libhost.a
$(BUILD)/tap/gate/symbols.tap: $(M3) $(M0)
$(BUILD)/tap/gate/size.tap: $(M3) $(M3:.o=.ci) $(BUILD)/cortex-m3/scripts/sizes.o

# --- what the patch reader costs on a Cortex-M3 -------------------------------

CORPUS ?= ../shared/corpus
MCU_READER := $(sort $(wildcard src/base/*.c src/delta/*.c))
MCU_BOARD := bench/mcu/machine.c firmware/board/startup.c
MCU_PROGRAM := $(call object,cortex-m3,bench/mcu/main.c $(MCU_BOARD))
MCU_LINK := -mcpu=cortex-m3 -mthumb -nostartfiles -T firmware/board/image.ld \
            -Wl,--gc-sections,--defsym=IMAGE_BASE=0,--defsym=IMAGE_BYTES=0x20000

$(BUILD)/cortex-m3-O2/%.o: %.c
	@mkdir -p $(@D)
	$(CROSS)gcc -mcpu=cortex-m3 $(CORTEX:-Os=-O2) $(DEPENDS) -c $< -o $@
$(BUILD)/bench-mcu-Os.elf: $(MCU_PROGRAM) $(call object,cortex-m3,$(MCU_READER))
	$(CROSS)gcc $(MCU_LINK) $^ -o $@
$(BUILD)/bench-mcu-O2.elf: $(MCU_PROGRAM) \
        $(call object,cortex-m3-O2,$(MCU_READER))
	$(CROSS)gcc $(MCU_LINK) $^ -o $@
# A whole update on a painted stack: is the bound of `make size` one?
$(BUILD)/agent-stack.elf: $(M3) $(call object,cortex-m3, \
        bench/mcu/agent_stack.c firmware/ap/sha256.c $(MCU_BOARD))
	$(CROSS)gcc $(MCU_LINK) $^ -o $@
$(BUILD)/tap/size/test_painted.tap: $(BUILD)/agent-stack.elf \
        $(BUILD)/cortex-m3/stack

.PHONY: bench-mcu
bench-mcu: $(BUILD)/farfix $(BUILD)/bench-mcu-Os.elf $(BUILD)/bench-mcu-O2.elf ## instructions per byte of the patch reader; CORPUS=DIR
	@CORPUS='$(CORPUS)' CROSS='$(CROSS)' scripts/bench-mcu $^

# --- a microcontroller of 16 KiB that updates itself: ports/microbit ----------

# Crypto comes from Debian's source package, unchanged (scripts/bearssl).
BEARSSL_HOME := $(BUILD)/bearssl
BEARSSL_SOURCE := $(BEARSSL_HOME)/bearssl-0.6
BEARSSL_FILES := ec/ec_p256_m31 ec/ec_secp256r1 ec/ec_secp384r1 \
    ec/ec_secp521r1 ec/ecdsa_i15_bits ec/ecdsa_i15_vrfy_raw hash/sha2small \
    $(addprefix int/i15_,add bitlen decmod decode encode fmont iszero modpow \
        montmul muladd ninv15 rshift sub tmont) \
    codec/ccopy codec/dec32be codec/enc32be
BEARSSL_OBJECTS := $(BEARSSL_FILES:%=$(BUILD)/microbit/bearssl/%.o)
MICROBIT := $(filter-out -Wundef,$(CORTEX)) -mcpu=cortex-m0 -Iports \
            -isystem $(BEARSSL_SOURCE)/inc
microbit = $(call object,microbit,$(wildcard $(1)))
MICROBIT_ROOMS = $(call object,cortex-m0,$(wildcard $(1:%=src/%/*.c)))

$(BEARSSL_HOME)/.done: scripts/bearssl
	@scripts/bearssl $(BEARSSL_HOME)
$(BUILD)/microbit/bearssl/%.o: $(BEARSSL_HOME)/.done
	@mkdir -p $(@D)
	$(CROSS)gcc -mcpu=cortex-m0 -mthumb -Os -std=c99 -ffunction-sections \
	    -fdata-sections -I$(BEARSSL_SOURCE)/inc -I$(BEARSSL_SOURCE)/src \
	    -c $(BEARSSL_SOURCE)/src/$*.c -o $@
$(BUILD)/microbit/%.o: %.c $(BEARSSL_HOME)/.done
	@mkdir -p $(@D)
	$(CROSS)gcc $(MICROBIT) $(DEPENDS) -c $< -o $@

# microbit_link BASE BYTES STACK: a program out of its prerequisites
microbit_link = $(CROSS)gcc -mcpu=cortex-m0 -mthumb -nostartfiles \
    --specs=nano.specs -T ports/microbit/image.ld -Wl,--gc-sections \
    -Wl,--build-id=none -Wl,--defsym=IMAGE_BASE=$(1) \
    -Wl,--defsym=IMAGE_BYTES=$(2) -Wl,--defsym=IMAGE_STACK=$(3) \
    -Wl,-Map=$(@:.elf=.map) $(filter %.o,$^) -o $@
$(BUILD)/microbit/boot.elf: $(call microbit,ports/microbit/*.c \
        ports/at-file/*.c ports/bearssl/*.c) $(BEARSSL_OBJECTS) \
        $(call MICROBIT_ROOMS,base at delta package agent) \
        ports/microbit/image.ld
	$(call microbit_link,0,0xf000,1280)
MICROBIT_PARTS := $(filter-out %_boot.c %_vectors.c, \
    $(wildcard ports/microbit/*.c)) ports/bearssl/bearssl_crypto.c
$(BUILD)/microbit/app-%.elf: $(BUILD)/microbit/examples/microbit/%/app.o \
        $(call microbit,examples/microbit/*.c $(MICROBIT_PARTS)) \
        $(BEARSSL_OBJECTS) $(call MICROBIT_ROOMS,base at package driver) \
        ports/microbit/image.ld
	$(call microbit_link,0x1a000,0x26000,2048)
$(BUILD)/microbit/%.bin: $(BUILD)/microbit/%.elf
	$(CROSS)objcopy -O binary $< $@
MICROBIT_IMAGES := $(patsubst %,$(BUILD)/microbit/%.bin,boot app-a app-b)
MCU_TAPS := $(patsubst tests/%.c,$(BUILD)/tap/%.tap,$(wildcard tests/mcu/*.c))
$(MCU_TAPS): $(MICROBIT_IMAGES)
$(BUILD)/tap/mcu/test_demo.tap: $(MICROBIT_IMAGES) $(BUILD)/microbit/board
MCU_TOOLS := $(BUILD)/microbit/board $(BUILD)/microbit/measure
$(MCU_TOOLS): $(BUILD)/microbit/%: $(call object,power,tests/mcu/%.c \
        $(addprefix tests/support/,mcu.c mcu_rig.c child.c)) \
        $(call object,release,$(HOST)) $(BUILD)/libfarfix.a
	$(CC) $(CFLAGS) $^ $(LIBS) $(LDFLAGS) -o $@

$(BUILD)/tap/gate/size.tap: $(MICROBIT_IMAGES) $(BUILD)/microbit/measure \
        $(BUILD)/farfix

.PHONY: demo-mcu kill size-mcu
size-mcu: $(MICROBIT_IMAGES) $(BUILD)/microbit/measure $(BUILD)/farfix
	@FARFIX=$(BUILD)/farfix scripts/size-mcu $(CROSS) $(BUILD)/microbit \
	    $(BUILD)/microbit/measure
demo-mcu: ## a microcontroller of 16 KiB updates itself through the module, in QEMU
	@scripts/deps demo-mcu
	@$(MAKE) -s -j$(JOBS) $(BUILD)/farfix $(MICROBIT_IMAGES) \
	    $(BUILD)/microbit/board
	@BUILD=$(BUILD) scripts/demo-mcu
kill: ## cuts the power of that microcontroller 200 times; KILLS=N
	@scripts/deps test
	@KILLS=$${KILLS:-200} TEST_SECONDS=36000 \
	    $(MAKE) -s $(BUILD)/tap/mcu/test_kill.tap
	@scripts/count-tests $(BUILD)/tap/mcu/test_kill.tap

# --- the rest ---------------------------------------------------------------

.PHONY: demo
demo: ## the whole road on a virtual module, with a power cut in mid-update
	@scripts/deps demo
	@$(MAKE) -s -j$(JOBS) $(BUILD)/farfix
	@BUILD=$(BUILD) scripts/demo

.PHONY: demo-faults
demo-faults: ## noise, a lost bearer, two power cuts: the update tells its story; SEED=n
	@scripts/deps demo
	@$(MAKE) -s -j$(JOBS) $(BUILD)/farfix
	@BUILD=$(BUILD) SEED='$(SEED)' scripts/demo-faults

.PHONY: firmware
firmware: ## rebuilds the demo's firmware into firmware/images (firmware/COMPILER)
	@$(MAKE) -s -C firmware BUILD=$(abspath $(BUILD)) CROSS=$(CROSS)
	@for v in firmware/images/*; do \
	    cp $(BUILD)/firmware/$${v##*/}/*.bin $$v; done

.PHONY: install
install: all ## farfix, libraries, headers, man pages, completion, ports, examples to PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
	    $(DESTDIR)$(PREFIX)/include/farfix $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(BUILD)/farfix $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(BUILD)/libfarfix.a $(BUILD)/libfarfix-sim.a \
	    $(DESTDIR)$(PREFIX)/lib
	install -m 644 include/farfix/*.h $(DESTDIR)$(PREFIX)/include/farfix
	for pc in farfix farfix-sim; do \
	    sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' $$pc.pc.in \
	        >$(DESTDIR)$(PREFIX)/lib/pkgconfig/$$pc.pc; done
	for page in docs/man/*.1; do \
	    [ ! -e $$page ] || install -m 644 $$page \
	        $(DESTDIR)$(PREFIX)/share/man/man1; done
	install -m 644 completions/farfix.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/farfix
	find ports examples -type f | while read -r file; do \
	    install -D -m 644 $$file \
	        $(DESTDIR)$(PREFIX)/share/farfix/$$file || exit 1; done

.PHONY: deb
deb: all ## a Debian package of what make install installs: build/farfix_*.deb
	@BUILD='$(BUILD)' VERSION='$(VERSION)' scripts/deb

.PHONY: arduino
arduino: ## the folder that the Arduino IDE wants: build/arduino/farfix
	@BUILD='$(BUILD)' scripts/arduino

.PHONY: clean
clean: ## removes build/, demo/ and demo-mcu/
	rm -rf $(BUILD) demo demo-mcu

-include $(shell find $(BUILD) -path $(BUILD)/mutants -prune -o -name '*.d' \
                 -print 2>/dev/null)
