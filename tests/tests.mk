# How the tests are built and run. Included by the Makefile.
#: make test          everything, a tenth of the soak counts; T=name runs what matches
#: make test-quick    unit tests and the short integration tests, under a minute
#: make test-asan     the suite under AddressSanitizer and UBSan
#: make test-tsan     the suite under ThreadSanitizer
#: make soak          the full counts of the long tests
#: make bench         ratios against spdlog, glog, log4cxx and bare SQLite
#: make lint          clang-format, clang-tidy, cppcheck, house rules

.PHONY: test test-quick test-asan test-tsan soak bench lint unit test-programs run-test run-test-quick run-soak

# Criterion does not start under ThreadSanitizer: a stand-in with its macros takes its place.
TSAN := $(findstring -fsanitize=thread,$(EXTRA_CFLAGS))
CRITERION = $(if $(TSAN),,-lcriterion)

$(BUILD)/tests/unit/cli/%: INTERNAL = $(BUILD)/weir-cli.a $(BUILD)/libweir-internal.a
$(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/cli/*_test.c)): $(BUILD)/weir-cli.a
INTERNAL = $(BUILD)/libweir-internal.a

$(BUILD)/tests/%: tests/%.c $(BUILD)/libweir-internal.a
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(if $(TSAN),-Itests/support/tsan) -Itests -MMD -MP $< -o $@ \
	    $(INTERNAL) $(ALL_LDFLAGS) $(call pkg,--libs) $(if $(findstring /unit/,$@),$(CRITERION)) -lm -ldl

# The test hosts are what a user writes: linked against the shared library, nothing internal.
HOSTS := $(addprefix $(BUILD)/tests/support/,host logging_probe objects_probe override_probe api_host api_load class_probe level_host)
$(HOSTS): $(BUILD)/tests/%: tests/%.c $(wildcard plugin/*.h) $(BUILD)/libweir.so.0
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $< -o $@ -L$(BUILD) -Wl,-rpath,$(abspath $(BUILD)) $(ALL_LDFLAGS) -lweir

# Preloaded into the test host to make a fault: no libweir in it; what it stands for is declared elsewhere.
SHIMS := $(patsubst tests/%.c,$(BUILD)/tests/%.so,$(wildcard tests/support/shim/*.c))
$(BUILD)/tests/support/shim/%.so: tests/support/shim/%.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS) -std=gnu11 -D_GNU_SOURCE= $(filter-out -Wmissing-prototypes,$(WARNINGS)) $(WERROR) -O1 -g -fPIC -shared -pthread -o $@ $< -ldl

# A fuzz target with a main that mutates a corpus; for libFuzzer, compile it alone with
# clang -fsanitize=fuzzer,address and link the same archive.
FUZZ := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/fuzz/*_fuzz.c))
$(BUILD)/tests/fuzz/%_fuzz: tests/fuzz/%_fuzz.c tests/fuzz/standalone.c $(BUILD)/libweir-internal.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Itests -MMD -MP $< tests/fuzz/standalone.c -o $@ $(BUILD)/libweir-internal.a \
	    $(ALL_LDFLAGS) $(call pkg,--libs) -lm -ldl

unit: $(UNIT)
test-programs: $(UNIT) $(HELPERS) $(SHIMS) $(FUZZ)

# The packages come first: nothing can be compiled, or even looked up, without them.
test test-quick soak:
	@sh docs/install/deps.sh need test
	@$(MAKE) --no-print-directory run-$@
run-test: all test-programs
	python3 tests/run.py --build $(BUILD) $(if $(T),--only '$(T)')
run-test-quick: all test-programs
	python3 tests/run.py --build $(BUILD) --quick $(if $(T),--only '$(T)')
run-soak: all test-programs
	python3 tests/run.py --build $(BUILD) --soak $(if $(T),--only '$(T)')

test-asan:
	$(MAKE) BUILD=build/asan EXTRA_CFLAGS='-fsanitize=address,undefined -fno-omit-frame-pointer -O1' \
	    EXTRA_LDFLAGS='-fsanitize=address,undefined' test
test-tsan:
	$(MAKE) BUILD=build/tsan EXTRA_CFLAGS='-fsanitize=thread -O1' EXTRA_LDFLAGS='-fsanitize=thread' test

bench:
	@sh docs/install/deps.sh need bench
	@$(MAKE) --no-print-directory all
	bash tests/bench/run.sh $(BUILD)

lint:
	@sh docs/install/deps.sh need lint
	bash tests/support/lint.sh

-include $(UNIT:=.d) $(HELPERS:=.d)
