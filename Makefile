# Makefile - builds meshc, its tests and its package. `make help` lists the targets.
#
# User variables: CC CPPFLAGS CFLAGS LDFLAGS LDLIBS PREFIX DESTDIR FLEX BISON V=1 (show commands) WERROR=1
# BUILD (folder of everything made, default build) SANITIZE=1 (address and undefined behaviour, in build-sanitize)
# SANITIZE=thread (in build-thread).

VERSION   := 0.1.0
BUILD     ?= $(if $(SANITIZE),$(if $(filter thread,$(SANITIZE)),build-thread,build-sanitize),build)
PREFIX    ?= /usr/local
bindir    ?= $(PREFIX)/bin
mandir    ?= $(PREFIX)/share/man
datadir   ?= $(PREFIX)/share
FLEX      ?= flex
BISON     ?= bison
PKGCONFIG ?= pkg-config
INSTALL   ?= install
# Sanitizers are for tests: compiled in half the time.
CFLAGS    ?= $(if $(SANITIZE),-O1,-O2) -g

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wwrite-strings -Wvla -Wundef -Wformat=2 -Wswitch-enum -Wcast-qual $(if $(WERROR),-Werror)
comma    := ,
FAULTS   := $(if $(filter thread,$(SANITIZE)),thread,address$(comma)undefined)
HARDEN   := $(if $(SANITIZE),-fsanitize=$(FAULTS) -fno-sanitize-recover=all -fno-omit-frame-pointer,\
            -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE)
LINK     := -pthread $(if $(SANITIZE),-fsanitize=$(FAULTS),-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)

LIBS_CFLAGS := $(shell $(PKGCONFIG) --cflags libcjson nettle 2>/dev/null)
LIBS        := $(shell $(PKGCONFIG) --libs libcjson nettle 2>/dev/null || echo -lcjson -lnettle)

OWN_CPPFLAGS := -D_POSIX_C_SOURCE=200809L -DMESHC_VERSION='"$(VERSION)"' -I. -Icompiler -I$(BUILD) $(LIBS_CFLAGS)
OWN_CFLAGS   := -std=c17 -pthread $(WARNINGS) $(HARDEN) -ffile-prefix-map=$(CURDIR)=.
COMPILE       = $(CC) $(OWN_CPPFLAGS) $(CPPFLAGS) $(OWN_CFLAGS) $(CFLAGS) -MMD -MP

SOURCES   := $(sort $(wildcard compiler/*/*.c compiler/*/*/*.c))
# The grammar's parts count as soon as they are there.
GENERATED := $(if $(wildcard grammar/mesh.y),$(BUILD)/parse.c) $(if $(wildcard grammar/mesh.l),$(BUILD)/scan.c) \
             $(BUILD)/embedded.c
OBJECTS   := $(SOURCES:%.c=$(BUILD)/%.o) $(GENERATED:%.c=%.o)
LIBRARY   := $(BUILD)/libmesh.a
MESHC     := $(BUILD)/meshc
TABLES    := $(BUILD)/diagnostics.inc $(if $(wildcard grammar/mesh.y),$(BUILD)/parse.h)

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all test unit check sample install uninstall dist clean format lint fuzz bench coverage help

all: $(MESHC) $(BUILD)/meshc.1

$(MESHC): $(BUILD)/compiler/main.o $(LIBRARY)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(LDFLAGS) $(LINK) -o $@ $^ $(LIBS) $(LDLIBS)

$(LIBRARY): $(OBJECTS)
	$(call say,AR,$@)rm -f $@ && $(AR) rcsD $@ $^

$(BUILD)/%.o: %.c | $(TABLES)
	@mkdir -p $(@D)
	$(call say,CC,$<)$(COMPILE) -c -o $@ $<

$(BUILD)/%.o: $(BUILD)/%.c | $(TABLES)
	$(call say,CC,$<)$(COMPILE) -c -o $@ $<

# The parser's header is needed by the scanner and by syntax/.
$(BUILD)/parse.c $(BUILD)/parse.h &: grammar/mesh.y
	@mkdir -p $(BUILD)
	$(call say,BISON,$<)$(BISON) -Wall -Wcounterexamples -Werror --header=$(BUILD)/parse.h -o $(BUILD)/parse.c $<

$(BUILD)/scan.c: grammar/mesh.l
	@mkdir -p $(BUILD)
	$(call say,FLEX,$<)$(FLEX) -Cfe -o $@ $<

DIAGNOSTICS := $(sort $(wildcard compiler/source/diagnostics/*.txt))
$(BUILD)/diagnostics.inc: compiler/source/diagnostics.awk $(DIAGNOSTICS)
	@mkdir -p $(BUILD)
	$(call say,TABLE,$@)LC_ALL=C awk -f $^ > $@

# Files of runtime/ that meshc carries inside itself, as C arrays (see compiler/base/embedded.h).
# Programs come in one piece: their parts are in a folder of the program's name.
PROGRAMS := $(patsubst %,$(BUILD)/%,$(sort $(wildcard runtime/*.sh)))
EMBEDDED := $(PROGRAMS) $(sort $(wildcard runtime/*.mesh runtime/*.yaml))
$(PROGRAMS): $(BUILD)/%: % compiler/base/join.awk $(wildcard runtime/*/*.sh)
	@mkdir -p $(@D)
	$(call say,JOIN,$@)LC_ALL=C awk -f compiler/base/join.awk $< > $@

$(BUILD)/embedded.c: compiler/base/embed.awk $(EMBEDDED)
	@mkdir -p $(BUILD)
	$(call say,EMBED,$@)LC_ALL=C awk -f $^ > $@

# Unit tests: one program a file of tests/unit, against the library.
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/unit/*_test.c)))
UNIT_LIBS   = $(shell $(PKGCONFIG) --libs cmocka 2>/dev/null || echo -lcmocka)

$(UNIT_TESTS): %: %.o $(LIBRARY)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(LDFLAGS) $(LINK) -o $@ $^ $(UNIT_LIBS) $(LIBS) $(LDLIBS)

## unit: the unit tests alone
unit: $(UNIT_TESTS)
	$(Q)failed=0; for test in $(UNIT_TESTS); do $$test || failed=1; done; exit $$failed


# ---- what users and packagers call ---------------------------------------------------------------------------------

$(BUILD)/meshc.1: $(MESHC)
	$(call say,MAN,$@)$(MESHC) manual > $@

## sample: compile the chapter's mesh and show what was written
sample: $(MESHC)
	$(MESHC) build -o out samples/sales
	@find out -type f | LC_ALL=C sort

# Shows trees and syntax errors: for tests/syntax, and for looking at what fuzzing found. And which rows of
# grammar/kinds.def files use: for tests/reference.
$(BUILD)/tests/syntax/parse_dump $(BUILD)/tests/reference/rows: %: %.o $(LIBRARY)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(LDFLAGS) $(LINK) -o $@ $^ $(LIBS) $(LDLIBS)

## test: all that a user can run; what misses an outside tool is skipped and says so
test: $(MESHC) $(UNIT_TESTS)
	BUILD=$(BUILD) tests/run

## check: the same as test
check: test

## install: meshc, its man page and completions below PREFIX (DESTDIR is honoured)
install: all
	$(INSTALL) -d $(DESTDIR)$(bindir) $(DESTDIR)$(mandir)/man1 \
	  $(DESTDIR)$(datadir)/bash-completion/completions $(DESTDIR)$(datadir)/zsh/site-functions
	$(INSTALL) -m 755 $(MESHC) $(DESTDIR)$(bindir)/meshc
	$(INSTALL) -m 644 $(BUILD)/meshc.1 $(DESTDIR)$(mandir)/man1/meshc.1
	$(MESHC) completion bash > $(DESTDIR)$(datadir)/bash-completion/completions/meshc
	$(MESHC) completion zsh > $(DESTDIR)$(datadir)/zsh/site-functions/_meshc

## uninstall: remove what install put there
uninstall:
	rm -f $(DESTDIR)$(bindir)/meshc $(DESTDIR)$(mandir)/man1/meshc.1 \
	  $(DESTDIR)$(datadir)/bash-completion/completions/meshc $(DESTDIR)$(datadir)/zsh/site-functions/_meshc

## dist: meshc-VERSION.tar.gz of the committed tree, with the generated C, so that users need neither flex nor bison
dist: $(GENERATED) $(TABLES)
	rm -rf $(BUILD)/dist && mkdir -p $(BUILD)/dist
	git archive --prefix=meshc-$(VERSION)/ HEAD | tar -x -C $(BUILD)/dist
	mkdir -p $(BUILD)/dist/meshc-$(VERSION)/build
	cp $(GENERATED) $(TABLES) $(BUILD)/dist/meshc-$(VERSION)/build/
	touch $(BUILD)/dist/meshc-$(VERSION)/build/*
	tar -C $(BUILD)/dist --sort=name --owner=0 --group=0 --numeric-owner \
	  --mtime="@$$(git log -1 --format=%ct)" -c meshc-$(VERSION) | gzip -n > meshc-$(VERSION).tar.gz
	rm -rf $(BUILD)/dist

## clean: remove everything that was made
clean:
	rm -rf build build-* meshc-*.tar.gz

# ---- what developers call --------------------------------------------------------------------------------------------

HAND_WRITTEN := $(shell find compiler tests -name '*.[ch]' 2>/dev/null)

## format: lay out the C code with clang-format
format:
	clang-format -i $(HAND_WRITTEN)

## lint: layers, layout, static analysis, scripts
lint: $(TABLES)
	BUILD=$(BUILD) tests/lint/run

## fuzz: every door for FUZZ_SECONDS (60) each
include tests/fuzz/fuzz.mk

## bench: meshes of 1,000, 10,000 and 100,000 products
bench: $(MESHC)
	BUILD=$(BUILD) tests/bench/run

$(BUILD)/bench: tests/bench/bench.c $(LIBRARY)
	$(call say,LINK,$@)$(COMPILE) $(LDFLAGS) $(LINK) -o $@ $< $(LIBRARY) $(LIBS) $(LDLIBS)

## coverage: lines of the compiler that the tests reach (needs lcov)
coverage:
	$(MAKE) BUILD=build-coverage CFLAGS="-O0 -g --coverage" LDFLAGS=--coverage test
	lcov -q --capture --directory build-coverage --output-file build-coverage/coverage.info
	lcov -q --extract build-coverage/coverage.info '*/compiler/*' --output-file build-coverage/coverage.info
	lcov --summary build-coverage/coverage.info

## help: this list
help:
	@sed -n 's/^## //p' Makefile

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
