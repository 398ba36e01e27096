# Makefile - builds meshc, its tests and its package. `make help` lists the targets.
#
# User variables: CC CPPFLAGS CFLAGS LDFLAGS LDLIBS PREFIX DESTDIR FLEX BISON V=1 (show commands) WERROR=1
# BUILD (folder of everything made, default build) SANITIZE=1 (address and undefined behaviour, in build-sanitize).

VERSION   := 0.1.0
BUILD     ?= $(if $(SANITIZE),build-sanitize,build)
PREFIX    ?= /usr/local
bindir    ?= $(PREFIX)/bin
mandir    ?= $(PREFIX)/share/man
datadir   ?= $(PREFIX)/share
FLEX      ?= flex
BISON     ?= bison
PKGCONFIG ?= pkg-config
INSTALL   ?= install
CFLAGS    ?= -O2 -g

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wwrite-strings -Wvla -Wundef -Wformat=2 -Wswitch-enum -Wcast-qual $(if $(WERROR),-Werror)
comma    := ,
HARDEN   := $(if $(SANITIZE),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer,\
            -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE)
LINK     := $(if $(SANITIZE),-fsanitize=address$(comma)undefined,-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)

LIBS_CFLAGS := $(shell $(PKGCONFIG) --cflags libcjson nettle 2>/dev/null)
LIBS        := $(shell $(PKGCONFIG) --libs libcjson nettle 2>/dev/null || echo -lcjson -lnettle)

OWN_CPPFLAGS := -D_POSIX_C_SOURCE=200809L -DMESHC_VERSION='"$(VERSION)"' -I. -Icompiler -I$(BUILD) $(LIBS_CFLAGS)
OWN_CFLAGS   := -std=c17 $(WARNINGS) $(HARDEN) -ffile-prefix-map=$(CURDIR)=.
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

all: $(MESHC)

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
EMBEDDED := $(sort $(wildcard runtime/*.sh runtime/*.mesh runtime/*.yaml))
$(BUILD)/embedded.c: compiler/base/embed.awk $(EMBEDDED)
	@mkdir -p $(BUILD)
	$(call say,EMBED,$@)LC_ALL=C awk -f $^ > $@

# Unit tests: one program a file of tests/unit, against the library.
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/unit/*_test.c)))
UNIT_LIBS   = $(shell $(PKGCONFIG) --libs cmocka 2>/dev/null || echo -lcmocka)

$(UNIT_TESTS): %: %.o $(LIBRARY)
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(LDFLAGS) $(LINK) -o $@ $^ $(UNIT_LIBS) $(LIBS) $(LDLIBS)

unit: $(UNIT_TESTS)
	$(Q)failed=0; for test in $(UNIT_TESTS); do $$test || failed=1; done; exit $$failed

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

clean:
	rm -rf build build-*
