# fuzz.mk - libFuzzer targets, included by the Makefile. FUZZ_SECONDS (default 60) for each target, FUZZ_CC (clang).
# `make fuzz` builds tests/fuzz/fuzz_*.c against the sources, seeds a corpus from samples and tests, runs each one after the
# other and ends with a line of counts. A finding stays in $(FUZZ)/<target>-findings and fails the run.

FUZZ_SECONDS ?= 60
FUZZ_CC      ?= clang
FUZZ         := $(BUILD)/fuzz
FUZZ_FLAGS   := -std=c17 -pthread -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_OBJECTS := $(SOURCES:%.c=$(FUZZ)/%.o) $(GENERATED:$(BUILD)/%.c=$(FUZZ)/%.o)

$(FUZZ)/%.o: %.c | $(TABLES)
	@mkdir -p $(@D)
	$(call say,FUZZCC,$<)$(FUZZ_CC) $(OWN_CPPFLAGS) $(CPPFLAGS) $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<

$(FUZZ)/%.o: $(BUILD)/%.c | $(TABLES)
	@mkdir -p $(@D)
	$(call say,FUZZCC,$<)$(FUZZ_CC) $(OWN_CPPFLAGS) $(CPPFLAGS) $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<

$(FUZZ)/libmesh.a: $(FUZZ_OBJECTS)
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $^

# What fuzz_format.c shares with the formatter's tests.
$(FUZZ)/fuzz_format: $(FUZZ)/tests/format/format_check.o $(FUZZ)/tests/format/tree_dump.o

$(FUZZ_TARGETS:%=$(FUZZ)/%): $(FUZZ)/%: $(FUZZ)/tests/fuzz/%.o $(FUZZ)/libmesh.a
	$(call say,LINK,$@)$(FUZZ_CC) -pthread -fsanitize=fuzzer,address,undefined -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)

$(FUZZ)/dictionary: tests/fuzz/dictionary.awk grammar/keywords.def grammar/kinds.def
	@mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f $^ > $@

.PRECIOUS: $(FUZZ)/%.o
.PHONY: fuzz fuzz-build
fuzz-build: $(FUZZ_TARGETS:%=$(FUZZ)/%) $(FUZZ)/dictionary

fuzz: fuzz-build
	$(Q)sh tests/fuzz/run $(FUZZ) $(FUZZ_SECONDS) $(FUZZ_TARGETS)

-include $(shell find $(FUZZ) -name '*.d' 2>/dev/null)
