# Weir. `make` builds, `make run` shows it, `make test` proves it; `make help` lists the rest.
# Nothing here but `deps` and `deps-test` uses the network or installs anything.

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
CC      ?= cc
CFLAGS  ?= -O3 -g
BUILD   ?= build
# V=1 shows the commands.
Q       := $(if $(V),,@)
SAY     := @$(if $(V),:,echo " ")
VERSION := $(shell sed -n 's/.*WEIR_VERSION "\(.*\)".*/\1/p' plugin/weir.h)

PKGS     = libmicrohttpd inih sqlite3 libcurl yajl libdw libpcre2-8
# Looked up once, and only by targets that compile: `make deps` must work before anything is installed.
pkg      = $(shell pkg-config $(1) $(PKGS) 2>/dev/null)

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wformat-nonliteral -Wstrict-prototypes \
           -Wmissing-prototypes -Wvla
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE= $(WARNINGS) $(WERROR) -fPIC -fvisibility=hidden -fno-strict-aliasing \
             -ffile-prefix-map=$(CURDIR)=. -Iplugin -I. -pthread $(CFLAGS) $(EXTRA_CFLAGS)
ALL_LDFLAGS = -pthread $(LDFLAGS) $(EXTRA_LDFLAGS)

LIB_SRC := $(wildcard plugin/*.c plugin/*/*.c admin/*.c admin/control/*.c admin/listen/*.c admin/http/*.c)
CLI_SRC := $(wildcard admin/cli/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o)
UNIT    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*/*_test.c tests/unit/*_test.c))
HELPERS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/support/*.c))
EMBEDDED := $(wildcard web/* schema/*.sql schema/*.yaml)

.PHONY: all help lib cli kvd clean
all: lib cli kvd

lib: $(BUILD)/libweir.so.0 $(BUILD)/libweir.a
cli: $(BUILD)/weir
kvd: $(BUILD)/kvd $(BUILD)/kvd-load

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Wa,-I,. -MMD -MP -c $< -o $@

# Files that .incbin takes in are dependencies that the compiler does not report.
$(BUILD)/admin/http/assets.o $(BUILD)/plugin/store/schema.o: $(EMBEDDED)

$(BUILD)/libweir-internal.a: $(LIB_OBJ)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $^

$(BUILD)/libweir.so.0: $(LIB_OBJ) plugin/weir.map
	$(SAY) LD $@
	$(Q)$(CC) -shared -Wl,-soname,libweir.so.0 -Wl,--version-script=plugin/weir.map -Wl,-z,defs -Wl,-z,nodelete \
	    -Wl,--build-id=sha1 $(ALL_LDFLAGS) -o $@ $(LIB_OBJ) $(call pkg,--libs) -lm
	@ln -sf libweir.so.0 $(BUILD)/libweir.so

# One object with only the public symbols global: the static library cannot clash with its host's names.
$(BUILD)/libweir.a: $(LIB_OBJ)
	$(Q)$(LD) -r -o $(BUILD)/libweir-one.o $(LIB_OBJ)
	$(Q)objcopy --localize-hidden $(BUILD)/libweir-one.o
	@rm -f $@
	$(Q)$(AR) rcsD $@ $(BUILD)/libweir-one.o

$(BUILD)/weir: $(CLI_OBJ) $(BUILD)/libweir-internal.a
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(CLI_OBJ) $(BUILD)/libweir-internal.a $(call pkg,--libs) -lm

# The command without its main, for its unit tests.
$(BUILD)/weir-cli.a: $(filter-out %/main.o,$(CLI_OBJ))
	@rm -f $@
	$(Q)$(AR) rcsD $@ $^

KVD_SRC := $(wildcard docs/examples/kvd/*.c)
$(BUILD)/kvd: $(KVD_SRC) $(wildcard docs/examples/kvd/*.h) plugin/weir.h
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS) -std=gnu11 -D_GNU_SOURCE= $(WARNINGS) $(WERROR) -Iplugin $(CFLAGS) -pthread $(ALL_LDFLAGS) -o $@ $(KVD_SRC) -ldl

$(BUILD)/kvd-load: docs/examples/kvd-load/kvd_load.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS) -std=gnu11 -D_GNU_SOURCE= $(WARNINGS) $(WERROR) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $<

include tests/tests.mk
include docs/install/install.mk

clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^#: //p' Makefile docs/install/install.mk tests/tests.mk

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)
