# SPDX-License-Identifier: Apache-2.0
# `make help` explains every target. Variables: CC, BUILD (where everything
# goes, default build), ROOM (make test ROOM=agent: only tests/agent).

BUILD ?= build
ROOM ?= *
JOBS ?= 2
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
LIBS := -lcurl -lmicrohttpd -lmbedcrypto -ldivsufsort -lpthread

object = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))

.PHONY: all
all: $(BUILD)/farfix $(BUILD)/libfarfix.a ## builds build/farfix and the device library

# --- release build ----------------------------------------------------------

$(BUILD)/release/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STANDARD) $(WARNINGS) $(CFLAGS) $(DEPENDS) -c $< -o $@

$(BUILD)/libfarfix.a: $(call object,release,$(CORE))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/farfix: $(call object,release,$(CLI) $(HOST)) $(BUILD)/libfarfix.a
	$(CC) $(CFLAGS) $^ $(LIBS) $(LDFLAGS) -o $@

# --- tests: everything under ASan and UBSan ---------------------------------

TESTS_C := $(sort $(wildcard tests/$(ROOM)/test_*.c))
TESTS_SH := $(sort $(wildcard tests/$(ROOM)/test_*.sh))
TEST_HELP := $(sort $(wildcard tests/support/*.c))
TAPS := $(TESTS_C:tests/%.c=$(BUILD)/tap/%.tap) \
        $(TESTS_SH:tests/%.sh=$(BUILD)/tap/%.tap)

$(BUILD)/asan/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STANDARD) -Itests/support $(WARNINGS) $(SANITIZE) $(DEPENDS) -c $< -o $@

$(BUILD)/asan/libhost.a: $(call object,asan,$(CORE) $(HOST) $(TEST_HELP))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/asan/farfix: $(call object,asan,$(CLI)) $(BUILD)/asan/libhost.a
	$(CC) $(SANITIZE) $^ $(LIBS) -o $@

.SECONDARY:
$(BUILD)/asan/tests/%: $(BUILD)/asan/tests/%.o $(BUILD)/asan/libhost.a
	$(CC) $(SANITIZE) $^ $(LIBS) -lcmocka -lzip -o $@

.PHONY: FORCE
$(BUILD)/tap/%.tap: $(BUILD)/asan/tests/% $(BUILD)/asan/farfix FORCE
	@BUILD=$(BUILD) scripts/run-test $< $@
$(BUILD)/tap/%.tap: tests/%.sh $(BUILD)/asan/farfix $(BUILD)/farfix FORCE
	@BUILD=$(BUILD) scripts/run-test $< $@

.PHONY: test taps
test: ## runs every test and gate; ROOM=agent: only tests/agent
	@rm -f $(TAPS)
	@$(MAKE) -s -k -j$(JOBS) taps || true
	@scripts/count-tests $(TAPS)
taps: $(TAPS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
