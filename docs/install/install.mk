# Packages, running the example, installing. Included by the Makefile.
#: make               builds the library, the command and the example; installs nothing
#: make run           starts the example service with Weir in it and says where to look
#: make install       PREFIX=/usr/local LIBDIR= DESTDIR=
#: make deps          installs Debian's packages for building (deps-test: for testing)
#: make clean

.PHONY: run run-built deps deps-test deps-bench install man

deps:
	sh docs/install/deps.sh install build
deps-test:
	sh docs/install/deps.sh install test
deps-bench:
	sh docs/install/deps.sh install bench

run:
	@sh docs/install/deps.sh need build
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) bash docs/examples/run.sh

VERBS = levels set reset tail query check push config open stats log recover serve
MANUAL = $(VERBS:%=$(BUILD)/man/weir-%.1) $(BUILD)/man/weir.1 $(BUILD)/man/weir.conf.5
man: $(MANUAL)
$(BUILD)/man/weir-%.1: $(BUILD)/weir
	@mkdir -p $(@D)
	$(BUILD)/weir help --man $* >$@
$(BUILD)/man/weir.1: $(BUILD)/weir
	@mkdir -p $(@D)
	$(BUILD)/weir help --man >$@
$(BUILD)/man/weir.conf.5: $(BUILD)/weir
	@mkdir -p $(@D)
	$(BUILD)/weir help --man-config >$@

install: lib cli man
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/bin \
	    $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man3 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 755 $(BUILD)/libweir.so.0 $(DESTDIR)$(LIBDIR)/libweir.so.0
	ln -sf libweir.so.0 $(DESTDIR)$(LIBDIR)/libweir.so
	install -m 644 $(BUILD)/libweir.a $(DESTDIR)$(LIBDIR)/libweir.a
	install -m 644 plugin/weir*.h $(DESTDIR)$(PREFIX)/include
	install -m 755 $(BUILD)/weir $(DESTDIR)$(PREFIX)/bin/weir
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' docs/install/weir.pc.in \
	    >$(DESTDIR)$(LIBDIR)/pkgconfig/weir.pc
	install -m 644 $(BUILD)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/man/weir.3 $(DESTDIR)$(PREFIX)/share/man/man3
	install -m 644 $(BUILD)/man/weir.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5
