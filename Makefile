# One archive per layer. src/LAYERS is the only place that says who may call
# whom; everything here and in scripts/check-layers is derived from it.
#
#	make            build/spfs and, where libmicrohttpd is there, build/spfs-demo
#	make demo       installs what is missing, builds, mounts a sample site
#	make check      installs what is missing, builds, runs every test
#	make install    DESTDIR= PREFIX=/usr/local
#	make dist, distcheck, deb    a tarball; the same tried out; Debian packages
#
VERSION  := 0.1.0
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
SBINDIR  ?= $(PREFIX)/sbin
DATADIR  ?= $(PREFIX)/share
MANDIR   ?= $(DATADIR)/man
LIBEXECDIR ?= $(PREFIX)/libexec/spfs
systemduserunitdir ?= $(PREFIX)/lib/systemd/user
CFLAGS   ?= -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection
LDFLAGS  ?= -pie -Wl,-z,relro,-z,now
B        ?= build
H        := \#
MOUNTPOINT ?= $(HOME)/SharePoint
# the two commands of the README use all processors, unless -j says otherwise
PARALLEL = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 1))

PKGS     := fuse3 libcurl libxml-2.0 sqlite3 jansson libcrypto
DEMO_PKG := libmicrohttpd
TEST_PKG := cmocka

STD := -std=gnu17 -D_GNU_SOURCE -DSPFS_VERSION='"$(VERSION)"' -pthread \
       -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wshadow -Wvla \
       -Wwrite-strings -Wundef -Wformat=2 -include include/base/banned.h \
       -ffile-prefix-map=$(CURDIR)/=

HAVE = $(shell pkg-config --exists $(1) 2>/dev/null && echo y)
PKG_C  := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -pthread
DEMO_L := $(shell pkg-config --libs $(DEMO_PKG) libxml-2.0 sqlite3 2>/dev/null) -pthread -lm
TEST_L := $(shell pkg-config --libs $(TEST_PKG) 2>/dev/null)

LAYERS   := $(shell awk '!/^$(H)/ && NF { print $$1 }' src/LAYERS)
# What a layer may reach, itself first, from the top down: the order of linking.
CLOSURE  = $(shell awk -v l=$(1) -f scripts/closure.awk src/LAYERS)
ARCHIVES = $(foreach l,$(call CLOSURE,$(1)),$(B)/lib$(l).a)

WITH_DEMO := $(call HAVE,$(DEMO_PKG))
PROGRAMS  := $(B)/spfs $(if $(WITH_DEMO),$(B)/spfs-demo,no-demo)

all: have-libraries $(PROGRAMS)

have-libraries:
	@for p in $(PKGS); do pkg-config --exists $$p 2>/dev/null || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "spfs needs these libraries (pkg-config names):$$missing" >&2; \
	  echo "On Debian and Ubuntu: scripts/install-deps" >&2; exit 1; fi
no-demo: have-libraries
	@echo "spfs-demo is SKIPPED: libmicrohttpd is missing (Debian: libmicrohttpd-dev)"

define layer
$(1)_o := $$(patsubst src/%.c,$(B)/%.o,$$(wildcard src/$(1)/*.c))
# the directory too: a removed file must leave the archive
$(B)/lib$(1).a: $$($(1)_o) src/$(1) ; @rm -f $$@ && ar rcs $$@ $$(filter %.o,$$^)
$(B)/$(1)/%.o: src/$(1)/%.c Makefile | have-libraries ; @mkdir -p $$(@D)
	@echo "  CC $$<"
	@$$(CC) $(STD) $$(CPPFLAGS) $$(CFLAGS) $(PKG_C) -MMD -MP -Iinclude -Isrc/$(1) -I$(B)/$(1) -c -o $$@ $$<
endef
$(foreach l,$(LAYERS),$(eval $(call layer,$(l))))

# SQL stands in .sql files; each statement becomes one X-macro line.
$(B)/store/%.inc: src/store/%.sql scripts/sql2h.awk ; @mkdir -p $(@D)
	@awk -f scripts/sql2h.awk $< > $@
$(store_o): $(B)/store/queries.inc $(B)/store/schema.inc
$(B)/demo/%.inc: src/demo/%.sql scripts/sql2h.awk ; @mkdir -p $(@D)
	@awk -f scripts/sql2h.awk $< > $@
$(demo_o): $(patsubst src/%.sql,$(B)/%.inc,$(wildcard src/demo/*.sql))

$(B)/spfs: $(call ARCHIVES,app)
	@echo "  LD $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(B)/app/main.o $^ $(LIBS)
$(B)/spfs-demo: $(call ARCHIVES,demo)
	@echo "  LD $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(B)/demo/main.o $^ $(DEMO_L)

# tests/t_LAYER_NAME.c links what LAYER may reach and nothing else: a call that
# the table forbids fails to link. It may look into its own layer's folder.
TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(filter-out $(if $(WITH_DEMO),,tests/t_demo_%),$(wildcard tests/t_*.c)))
layer_of = $(word 2,$(subst _, ,$(notdir $(1))))
define unit
$(1): $(patsubst $(B)/%,%,$(1)).c $$(call ARCHIVES,$(call layer_of,$(1))) ; @mkdir -p $$(@D)
	@echo "  CC $$<"
	@$$(CC) $(STD) $$(CFLAGS) $(PKG_C) -Iinclude -Isrc/$(call layer_of,$(1)) -I$(B)/$(call layer_of,$(1)) \
	  -o $$@ $$< $$(filter %.a,$$^) $$(LIBS) $(if $(filter demo,$(call layer_of,$(1))),$(DEMO_L)) $(TEST_L)
endef
$(foreach t,$(TESTS),$(eval $(call unit,$(t))))

# tests/fuzz/fuzz_LAYER_NAME.c: the same, with clang and its libFuzzer in build-fuzz.
FUZZERS := $(patsubst tests/%.c,$(B)/tests/%,$(filter-out $(if $(WITH_DEMO),,tests/fuzz/fuzz_demo_%),$(wildcard tests/fuzz/fuzz_*.c)))
define fuzzer
$(1): $(patsubst $(B)/%,%,$(1)).c $(wildcard tests/fuzz/*.h) $$(call ARCHIVES,$(call layer_of,$(1))) ; @mkdir -p $$(@D)
	@echo "  CC $$<"
	@$$(CC) $(STD) $$(CFLAGS) $(PKG_C) -Iinclude -Isrc/$(call layer_of,$(1)) -I$(B)/$(call layer_of,$(1)) -fsanitize=fuzzer \
	  -o $$@ $$< $$(filter %.a,$$^) $$(LIBS) $(if $(filter demo,$(call layer_of,$(1))),$(DEMO_L))
endef
$(foreach t,$(FUZZERS),$(eval $(call fuzzer,$(t))))
# And with any compiler: what is kept in tests/fuzz/corpus, once.
REPLAYS := $(subst /fuzz_,/replay_,$(FUZZERS))
define replay
$(1): $(patsubst $(B)/%,%,$(2)).c tests/fuzz/replay.c $(wildcard tests/fuzz/*.h) $$(call ARCHIVES,$(call layer_of,$(2))) ; @mkdir -p $$(@D)
	@echo "  CC $$<"
	@$$(CC) $(STD) $$(CFLAGS) $(PKG_C) -Iinclude -Isrc/$(call layer_of,$(2)) -I$(B)/$(call layer_of,$(2)) -Wno-missing-prototypes \
	  -o $$@ $$< tests/fuzz/replay.c $$(filter %.a,$$^) $$(LIBS) $(if $(filter demo,$(call layer_of,$(2))),$(DEMO_L))
endef
$(foreach t,$(FUZZERS),$(eval $(call replay,$(subst /fuzz_,/replay_,$(t)),$(t))))

# ---- what people call -------------------------------------------------------

install-deps: ; @scripts/install-deps
demo:
	@scripts/install-deps build
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@mkdir -p "$(MOUNTPOINT)"
	@$(B)/spfs demo "$(MOUNTPOINT)"
check: install-deps
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@scripts/run-checks

check-static: check-layers check-size check-headers check-manuals check-requirements
check-layers: $(foreach l,$(if $(WITH_DEMO),$(LAYERS),$(filter-out demo,$(LAYERS))),$(B)/lib$(l).a)
	@scripts/check-layers $(B)
check-size: ; @scripts/check-size
check-requirements: ; @scripts/check-requirements && scripts/check-listsws
# Every header compiles on its own (what it needs, it includes).
check-headers: $(B)/store/queries.inc
	@for h in include/*/*.h src/*/*.h; do \
	  case $$h in src/demo/*) [ -n "$(WITH_DEMO)" ] || continue;; esac; \
	  $(CC) $(STD) -Iinclude -I$$(dirname $$h) -I$(B)/store -I$(B)/demo $(PKG_C) -fsyntax-only -include $$h -x c /dev/null || exit 1; done
check-lint: ; @scripts/check-lint
check-manuals: ; @mandoc -Tlint -Wwarning man/*.[1-8]
check-unit: $(TESTS)
	@scripts/run-units $(TESTS)
# What the tests run has fault and crash points compiled in; each build has a folder of its own.
TEST_CFLAGS := -g -O1 -DSPFS_TEST
SAN_CFLAGS  := $(TEST_CFLAGS) -fsanitize=address,undefined -fno-omit-frame-pointer
TSAN_CFLAGS := $(TEST_CFLAGS) -fsanitize=thread
FUZZ_CFLAGS := $(TEST_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
               -fprofile-instr-generate -fcoverage-mapping
AS_TEST := $(MAKE) --no-print-directory B=build-test CFLAGS='$(TEST_CFLAGS)'
# Every allocation and system call of ours can be made to fail in this one.
WRAPPED := $(shell sed -nE 's/^WRAP.[^,]*, ([a-z_0-9]+),.*/-Wl,--wrap=\1/p; s/^int __wrap_([a-z]+).*;$$/-Wl,--wrap=\1/p' src/base/wrap.c)
AS_SAN  := $(MAKE) --no-print-directory B=build-san CFLAGS='$(SAN_CFLAGS)' LDFLAGS='$(WRAPPED)'
AS_FUZZ := $(MAKE) --no-print-directory B=build-fuzz CC=clang CFLAGS='$(FUZZ_CFLAGS)'
AS_TSAN := $(MAKE) --no-print-directory B=build-tsan CFLAGS='$(TSAN_CFLAGS)'

test-build: ; +@$(AS_TEST) all
san-build: ; +@$(AS_SAN) all
tsan-build: ; +@$(AS_TSAN) all
check-mount: test-build ; @scripts/run-pytest tests/mount
# What takes long on a library: fsx for FSX_SECONDS= (60), a document of 2 GiB.
check-big: test-build ; @SPFS_TESTS_BIG=1 SPFS_FSX_SECONDS=$(or $(FSX_SECONDS),60) scripts/run-pytest \
	tests/mount/test_suites.py tests/mount/test_library_limits.py
# Real servers before spfs-demo. Each worker starts its own, so few of them.
check-auth: test-build ; @SPFS_TESTS_WORKERS=3 scripts/run-pytest tests/auth
# File managers on a screen of their own; pictures in build/desktop. Not in `make check`: `scripts/install-deps desktop` is large.
check-desktop: test-build ; @SPFS_TESTS_WORKERS=2 scripts/run-pytest tests/desktop
check-demo: test-build ; @scripts/run-pytest tests/demo && scripts/check-listsws
check-view: test-build ; @scripts/run-pytest tests/view
check-units: ; +@$(AS_TEST) check-unit
# The synchronisation in random schedules: for a night. RUNS= how many, DOC_RUNS= of documents, SPFS_SEED_FROM= from where.
check-random: ; +@$(AS_TEST) build-test/tests/t_sync_random build-test/tests/t_sync_random_docs
	@RUNS=$(or $(RUNS),100000) build-test/tests/t_sync_random
	@RUNS=$(or $(DOC_RUNS),$(RUNS),100000) build-test/tests/t_sync_random_docs
# The cases of tests/sync, killed and failing in more places than check-units does; CASES=all: in every one.
check-cases: ; +@$(AS_TEST) build-test/tests/t_sync_cases
	@SPFS_CASES=$(or $(CASES),some) build-test/tests/t_sync_cases
# Behaviours switched off one by one: the named tests have to notice.
MUTANT_TESTS := $(addprefix build-test/tests/,t_sync_cases t_sync_plan t_sync_policy t_sync_pull t_sync_push t_view_outsps t_sp_requests)
check-mutants: ; +@$(AS_TEST) $(MUTANT_TESTS)
	@scripts/check-mutants build-test
check-planted: ; +@$(AS_TEST) build-test/tests/t_sync_random
	@scripts/check-planted build-test
check-units-san: ; +@$(AS_SAN) check-unit
check-san: check-units-san san-build ; @SPFS_BUILD=build-san scripts/run-pytest tests/mount
	@SPFS_BUILD=build-san scripts/run-pytest tests/demo/test_hostile.py -k 'random or mutated or deep'
check-tsan: tsan-build ; @SPFS_BUILD=build-tsan scripts/run-pytest $(or $(TSAN_TESTS),tests/mount)
# SPFS_FUZZ_SECONDS= for each fuzzer (10), SPFS_FUZZ_SEED=0 for other choices each time (1). What it finds stays in build-fuzz/found.
check-fuzz: ; +@command -v clang >/dev/null || { echo "check-fuzz SKIPPED: there is no clang (Debian: clang llvm)"; exit 0; }; \
	$(AS_FUZZ) fuzzers && scripts/check-fuzz build-fuzz
# The corpus of the fuzzers, each file once through its parser: needs no clang.
fuzzers: $(FUZZERS)
check-corpus: ; +@$(AS_SAN) replays && scripts/check-corpus build-san
replays: $(REPLAYS)
# Whole commands and a mount with each allocation and system call failing in turn; SPFS_FAULT_STRIDE=n: every n-th only.
check-fault: san-build ; @scripts/check-fault build-san
bench: all ; @scripts/bench

# mount(8) looks for helpers in /sbin only: with PREFIX=/usr/local the type is fuse.spfs, not spfs.
MANS := $(wildcard man/*.[1-8])
HELPERS := mount.spfs mount.fuse.spfs
COMPLETIONS := bash-completion/completions/spfs zsh/site-functions/_spfs fish/vendor_completions.d/spfs.fish
DESKTOP_FILE := applications/spfs-stssync.desktop
DESKTOP_SCRIPTS := spfs-emblems spfs-send-receive
INSTALLED := $(BINDIR)/spfs $(BINDIR)/spfs-demo $(HELPERS:%=$(SBINDIR)/%) $(HELPERS:%=$(MANDIR)/man8/%.8) $(systemduserunitdir)/spfs@.service \
	$(COMPLETIONS:%=$(DATADIR)/%) $(DATADIR)/$(DESKTOP_FILE) $(DATADIR)/applications/spfs-sync.desktop $(DESKTOP_SCRIPTS:%=$(LIBEXECDIR)/%) $(foreach m,$(notdir $(MANS)),$(MANDIR)/man$(subst .,,$(suffix $(m)))/$(m))

install: all
	install -D -m 755 $(B)/spfs $(DESTDIR)$(BINDIR)/spfs
	[ ! -x $(B)/spfs-demo ] || install -D -m 755 $(B)/spfs-demo $(DESTDIR)$(BINDIR)/spfs-demo
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(systemduserunitdir)
	install -d $(DESTDIR)$(MANDIR)/man8
	for h in $(HELPERS); do ln -sf $(BINDIR)/spfs $(DESTDIR)$(SBINDIR)/$$h && \
	  echo '.so man1/spfs.1' > $(DESTDIR)$(MANDIR)/man8/$$h.8; done
	for m in $(MANS); do install -D -m 644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/}; done
	sed 's|@bindir@|$(BINDIR)|' systemd/spfs@.service.in > $(DESTDIR)$(systemduserunitdir)/spfs@.service
	install -D -m 644 completion/spfs.bash $(DESTDIR)$(DATADIR)/bash-completion/completions/spfs
	install -D -m 644 completion/_spfs $(DESTDIR)$(DATADIR)/zsh/site-functions/_spfs
	install -D -m 644 completion/spfs.fish $(DESTDIR)$(DATADIR)/fish/vendor_completions.d/spfs.fish
	install -D -m 644 desktop/spfs-stssync.desktop $(DESTDIR)$(DATADIR)/$(DESKTOP_FILE)
	sed 's|@libexecdir@|$(LIBEXECDIR)|' desktop/spfs-sync.desktop.in > $(DESTDIR)$(DATADIR)/applications/spfs-sync.desktop
	for s in $(DESKTOP_SCRIPTS); do install -D -m 755 desktop/$$s $(DESTDIR)$(LIBEXECDIR)/$$s; done

uninstall:
	rm -f $(INSTALLED:%=$(DESTDIR)%)

# ---- tarballs and packages ---------------------------------------------------

DIST := spfs-$(VERSION)
dist: # what is committed, with the commit's time: the same bytes each time
	@git archive --format=tar --prefix=$(DIST)/ HEAD | gzip -9n > $(DIST).tar.gz
	@echo "$(DIST).tar.gz"
distcheck: dist ; @scripts/distcheck $(DIST)
deb: dist ; @scripts/deb $(DIST)
# The packages from what is compiled already, for lintian.
check-package: all dist ; @SPFS_DEB_OBJECTS=$(B) scripts/deb $(DIST)
# Reproducible, and in a clean Debian: installs, mounts, purges to nothing. Several minutes; most of it as root.
check-deb: dist ; @scripts/check-deb $(DIST)

clean: ; rm -rf build build-test build-san build-tsan build-fuzz spfs-*.tar.gz
-include $(wildcard $(B)/*/*.d)
.PHONY: all have-libraries no-demo install-deps demo check check-static check-layers check-size check-headers check-manuals check-lint \
	check-requirements check-random check-cases check-mutants check-planted check-unit check-units check-units-san check-mount check-big check-auth check-desktop check-demo check-view check-san check-tsan check-fault check-fuzz fuzzers check-corpus replays \
	test-build san-build tsan-build bench install uninstall dist distcheck deb check-package check-deb clean
.DELETE_ON_ERROR:
