# recana: rec and ana. `make help` lists the targets.
#
# Variables: BUILD=build  PREFIX=/usr/local  DESTDIR=  PROGRAM_PREFIX=  CC=  CFLAGS=
#            V=1 (show commands)  DEBUG=1  SAN=address,undefined  PYTHON=0  WERROR=1

BUILD	?= build
PREFIX	?= /usr/local
CC	= gcc
PROGRAM_PREFIX ?=
PKG	?= pkg-config

LIBS	= libtraceevent libtracefs libzstd libseccomp
PYTHON	?= $(shell $(PKG) --exists python3-embed 2>/dev/null && echo 1 || echo 0)

CFLAGS	?= $(if $(DEBUG),-O0,-O2) -g
warn	= -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes $(if $(WERROR),-Werror)
san	= $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
flags	= -std=gnu11 -D_GNU_SOURCE -I. $(warn) $(san) -MMD -MP -fPIC $(CFLAGS)
pkgflags := $(shell $(PKG) --cflags $(LIBS) 2>/dev/null)
libs	= $(shell $(PKG) --libs $(LIBS)) -pthread
ana_libs = $(libs) -ldl -lm
python_flags = $(shell $(PKG) --cflags python3-embed)
python_libs = $(shell $(PKG) --libs python3-embed)

Q	= $(if $(V),,@)
say	= $(if $(V),@:,@printf '  %-6s %s\n')

common_src := $(wildcard common/*.c)
record_src := $(wildcard record/*.c)
report_src := $(wildcard report/*.c)
gen_src	   := $(wildcard gen/*.c gen/*.S)
python_src := $(wildcard report/python/*.c)
screen_src := $(wildcard report/screen/*.c)
python_lib := $(wildcard report/python/lib/*.py)
unit_src   := $(wildcard tests/unit/test_*.c)
fuzz_src   := $(wildcard tests/fuzz/fuzz_*.c)

obj	= $(patsubst %,$(BUILD)/%.o,$(basename $(1)))
common_obj := $(call obj,$(common_src))
record_obj := $(call obj,$(record_src))
report_obj := $(call obj,$(report_src)) $(BUILD)/report/constants_made.o
gen_obj	   := $(call obj,$(gen_src))
python_obj := $(call obj,$(python_src))
screen_obj := $(call obj,$(screen_src))
unit_bin   := $(patsubst %.c,$(BUILD)/%,$(unit_src))

lib	= $(BUILD)/common.a
public	= $(BUILD)/libperfdata.a
home	= $(BUILD)/lib/recana
pyhome	= scripts/python/Perf-Trace-Util/lib/Perf/Trace
pyfiles	= $(patsubst report/python/lib/%,$(home)/$(pyhome)/%,$(python_lib))
plugin	= $(home)/screen.so $(if $(filter 1,$(PYTHON)),$(home)/python.so)

# What a shell asks of the programs when TAB is pressed; the options are in the programs.
words	= $(BUILD)/completion
programs = $(addprefix $(PROGRAM_PREFIX),rec ana)
completions = $(programs:%=$(words)/bash/%) $(programs:%=$(words)/zsh/_%) \
	      $(programs:%=$(words)/fish/%.fish)

.PHONY: all
all: $(BUILD)/rec $(BUILD)/ana $(plugin) $(pyfiles) $(public) $(completions)

# ---- compile -------------------------------------------------------------------------------

# The first object waits for this: one line instead of a page of missing headers.
$(BUILD)/.libs:
	@$(PKG) --exists $(LIBS) ncursesw 2>/dev/null || { \
		echo "make: missing libraries; type as root: make deps" >&2; exit 1; }
	@mkdir -p $(BUILD) && touch $@
	@$(if $(SAN),touch $(BUILD)/.san)

$(BUILD)/%.o: %.c | $(BUILD)/.libs
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(pkgflags) $(extra) -c $< -o $@

# What the headers call their numbers, of the compiler's machine.
$(BUILD)/report/constants_made.c: report/constants.sh report/constants.txt | $(BUILD)/.libs
	$(say) GEN $@
	@mkdir -p $(@D)
	$(Q)report/constants.sh "$(CC)" report/constants.txt >$@.new && mv $@.new $@

$(BUILD)/report/constants_made.o: $(BUILD)/report/constants_made.c
	$(say) CC $<
	$(Q)$(CC) $(flags) -c $< -o $@

$(BUILD)/report/callargs.o: report/callargs.inc

# Of the running kernel: for one with calls that the table does not know.
.PHONY: callargs
callargs:
	report/callargs.sh >report/callargs.inc.new && mv report/callargs.inc.new report/callargs.inc

$(BUILD)/%.o: %.S gen/template.py | $(BUILD)/.libs
	$(say) AS $<
	@mkdir -p $(@D)
	$(Q)$(CC) -I. -c $< -o $@

$(python_obj): extra = $(python_flags)
$(BUILD)/report/script.o: extra = -DWITH_PYTHON=$(PYTHON)

$(lib): $(common_obj)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# The public library: what perfdata.c needs, as one object that shows no name but perfdata_*.
$(public): $(BUILD)/common/perfdata.o $(lib)
	$(say) AR $@
	$(Q)$(LD) -r -o $(BUILD)/perfdata.o $^
	$(Q)objcopy --wildcard --keep-global-symbol='perfdata_*' $(BUILD)/perfdata.o
	$(Q)rm -f $@ && $(AR) rcs $@ $(BUILD)/perfdata.o

$(BUILD)/rec: $(record_obj) $(lib)
	$(say) LD $@
	$(Q)$(CC) $(san) $(LDFLAGS) -o $@ $^ -Wl,--as-needed $(libs)

# A test sees everything but the two main()s.
under_test = $(filter-out $(BUILD)/report/main.o,$(report_obj)) $(gen_obj) $(lib)

# -rdynamic: the plug-ins use what ana has. ana itself knows no Python and no ncurses, and need not start them.
$(BUILD)/ana: $(report_obj) $(gen_obj) $(lib)
	$(say) LD $@
	$(Q)$(CC) $(san) $(LDFLAGS) -rdynamic -o $@ $^ -Wl,--as-needed $(ana_libs)

# ana as tests/forks.c runs it.
$(BUILD)/tests/ana_main.o: report/main.c | $(BUILD)/.libs
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(flags) -Wno-missing-prototypes -Dmain=ana_main $(pkgflags) -c $< -o $@

# Beside ana, so that it finds the Python plug-in.
$(BUILD)/forks: $(BUILD)/tests/forks.o $(BUILD)/tests/ana_main.o $(under_test)
	$(say) LD $@
	$(Q)$(CC) $(san) $(LDFLAGS) -rdynamic -o $@ $^ -Wl,--as-needed $(ana_libs)

$(home)/python.so: $(python_obj)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(san) $(LDFLAGS) -shared -o $@ $^ $(python_libs)

$(home)/screen.so: $(screen_obj)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(san) $(LDFLAGS) -shared -o $@ $^ $(shell $(PKG) --libs ncursesw)

$(home)/$(pyhome)/%.py: report/python/lib/%.py
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(unit_bin): $(BUILD)/%: %.c $(under_test)
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(pkgflags) -rdynamic $< $(under_test) -o $@ $(LDFLAGS) -lcmocka $(ana_libs)

# A fuzz target that libFuzzer does not drive.
fuzz_once = $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(fuzz_src))
$(fuzz_once): $(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(BUILD)/tests/fuzz/once.o $(lib)
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(pkgflags) $< $(filter %.o,$^) $(lib) -o $@ $(LDFLAGS) $(libs)

# Never sanitized: a sanitizer makes system calls of its own, and these are counted.
$(BUILD)/tests/load/%: tests/load/%.c | $(BUILD)/.libs
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(warn) $(CFLAGS) -fno-omit-frame-pointer $< -o $@ \
		$(LDFLAGS) -lpthread

# Of 32 bits, without a library; where that cannot be made, it is a program that says so.
$(BUILD)/tests/load/ia32: tests/load/ia32.c | $(BUILD)/.libs
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 -std=gnu11 $(warn) -O2 -fcf-protection=none -fno-stack-protector -fno-pic -no-pie \
		-ffreestanding -nostdlib -static $< -o $@ 2>/dev/null || $(CC) $(CFLAGS) $< -o $@ $(LDFLAGS)

$(BUILD)/tests/bench/child: tests/bench/child.c | $(BUILD)/.libs
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(warn) $(CFLAGS) $< -o $@ $(LDFLAGS)

$(BUILD)/tests/bench/frames: tests/bench/frames.c | $(BUILD)/.libs
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(warn) $(CFLAGS) $< -o $@ $(LDFLAGS) -lzstd -lpthread

$(BUILD)/tests/bench/floor: tests/bench/floor.c $(filter-out $(BUILD)/record/main.o,$(record_obj)) $(lib)
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(pkgflags) $(filter %.c %.o %.a,$^) -o $@ $(LDFLAGS) -Wl,--as-needed $(libs)

$(BUILD)/tests/bench/many: tests/bench/many.c $(record_obj) $(lib)
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(pkgflags) $^ -o $@ $(LDFLAGS) -Wl,--wrap=target_init,--as-needed $(libs)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- completion ----------------------------------------------------------------------------

for_program = mkdir -p $(@D) && sed 's/@PROGRAM@/$*/g' $< >$@

$(words)/bash/%: completion/bash.in
	$(Q)$(for_program)

$(words)/zsh/_%: completion/zsh.in
	$(Q)$(for_program)

$(words)/fish/%.fish: completion/fish.in
	$(Q)$(for_program)

# ---- use -----------------------------------------------------------------------------------


.PHONY: try deps
deps:
	@.ci/deps build

# Under sudo the folder shall stay the caller's.
try: deps
	$(Q)$(MAKE) --no-print-directory all
	$(BUILD)/rec -a -e raw_syscalls:sys_enter -o $(BUILD)/try.data -- sleep 2
	$(BUILD)/ana syscall-counts $(BUILD)/try.data
	@[ -z "$$SUDO_UID" ] || chown -R "$$SUDO_UID:$$SUDO_GID" build

# ---- test ----------------------------------------------------------------------------------

helpers = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/load/*.c)) \
	  $(addprefix $(BUILD)/tests/bench/,many child) $(if $(SAN),$(BUILD)/forks $(fuzz_once))

.PHONY: programs check soak bench fuzz
programs: all $(unit_bin) $(helpers)

# As many at once as there are CPUs, where nobody has said how many.
jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

# The whole suite twice: as it is, and under ASan and UBSan.
check:
	@.ci/deps build check
	$(Q)$(MAKE) $(jobs) --no-print-directory programs WERROR=1
	$(Q)$(MAKE) $(jobs) --no-print-directory programs WERROR=1 BUILD=build/san SAN=address,undefined
	$(Q)status=0; tests/run.sh build build/san || status=$$?; \
		[ -z "$$SUDO_UID" ] || chown -R "$$SUDO_UID:$$SUDO_GID" build; exit $$status

soak: all
	@.ci/deps build check
	$(Q)$(MAKE) --no-print-directory programs
	$(Q)$(MAKE) --no-print-directory programs BUILD=build/san SAN=address,undefined
	$(Q)$(MAKE) --no-print-directory programs BUILD=build/tsan SAN=thread
	tests/soak.sh

bench: all
	@.ci/deps build check bench
	$(Q)$(MAKE) --no-print-directory programs $(addprefix $(BUILD)/tests/bench/,floor child frames)
	PYTHONDONTWRITEBYTECODE=1 tests/bench/run.py $(BUILD) tests/bench/RESULTS.md
	PYTHONDONTWRITEBYTECODE=1 tests/bench/recorder.py $(BUILD) tests/bench/RECORDER.md
	PYTHONDONTWRITEBYTECODE=1 tests/bench/reader.py $(BUILD) tests/bench/READER.md
	PYTHONDONTWRITEBYTECODE=1 tests/bench/scaling.py $(BUILD) tests/bench/SCALING.md

# Each target for FUZZ_SECONDS. The library is compiled anew, with clang and instrumented.
FUZZ_SECONDS ?= 60
fuzz_bin = $(patsubst tests/fuzz/%.c,build/fuzz/%,$(fuzz_src))
fuzz:
	@.ci/deps build fuzz
	$(Q)$(MAKE) --no-print-directory fuzz-build
	tests/fuzz/run.sh build/fuzz $(FUZZ_SECONDS)

.PHONY: fuzz-build
fuzz-build:
	$(Q)$(MAKE) --no-print-directory build/fuzz/common.a BUILD=build/fuzz CC=clang \
		SAN=fuzzer-no-link,address,undefined CFLAGS='-g -O1'
	$(Q)$(MAKE) --no-print-directory $(fuzz_bin)

build/fuzz/%: tests/fuzz/%.c build/fuzz/common.a $(wildcard common/*.h tests/fuzz/*.h tests/unit/*build.h)
	$(say) FUZZ $@
	@mkdir -p $(@D)
	$(Q)clang -g -O1 -std=gnu11 -D_GNU_SOURCE -I. $(pkgflags) \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		$< build/fuzz/common.a -o $@ $(libs)

# ---- lint ----------------------------------------------------------------------------------

all_c	= $(common_src) $(record_src) $(report_src) $(gen_src) $(python_src) $(screen_src) \
	  $(wildcard tests/*.c tests/*/*.c)
all_h	= $(wildcard common/*.h record/*.h report/*.h report/python/*.h report/screen/*.h gen/*.h tests/*.h tests/*/*.h)
format_src = $(filter %.c,$(all_c)) $(all_h)

.PHONY: lint format
lint:
	@.ci/deps build check lint
	$(Q)$(MAKE) --no-print-directory lint-now

.PHONY: lint-now lint-format lint-tidy lint-cppcheck lint-man lint-arrows lint-shell lint-clang
lint-now: lint-format lint-arrows lint-shell lint-man lint-cppcheck lint-tidy lint-clang
	@echo "lint: clean"

lint-format:
	$(say) LINT clang-format
	$(Q)clang-format --dry-run -Werror $(format_src)

lint-arrows:
	$(say) LINT arrows
	$(Q)tests/arrows.sh

lint-shell:
	$(say) LINT shell
	$(Q)for f in .ci/* report/*.sh tests/*.sh tests/*/*.sh; do bash -n $$f || exit 1; done

lint-man: $(BUILD)/man/rec.1 $(BUILD)/man/ana.1
	$(say) LINT man
	$(Q)mandoc -T lint -W warning $^

lint-cppcheck:
	$(say) LINT cppcheck
	$(Q)cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -I. -DPy_RETURN_NONE='return NULL' \
		--enable=warning,performance,portability --suppress=missingIncludeSystem \
		--suppress=missingInclude common record report gen

lint-tidy:
	$(say) LINT clang-tidy
	$(Q)printf '%s\n' $(filter %.c,$(common_src) $(record_src) $(report_src) $(gen_src) $(python_src) $(screen_src)) | \
		xargs -P $$(nproc) -n 4 sh -c 'clang-tidy --quiet --warnings-as-errors="*" "$$@" -- \
		-std=gnu11 -D_GNU_SOURCE -DWITH_PYTHON=1 -I. $(pkgflags) $(python_flags) 2>/dev/null' sh

# What gcc accepts, clang may not.
lint-clang:
	$(say) LINT clang
	$(Q)$(MAKE) --no-print-directory all CC=clang WERROR=1 BUILD=build/clang >/dev/null

format:
	clang-format -i $(format_src)

# ---- man, install --------------------------------------------------------------------------

.PHONY: man install uninstall clean help
man: $(BUILD)/man/rec.1 $(BUILD)/man/ana.1

# The option list is the program's own.
$(BUILD)/man/%.1: man/%.1.in $(BUILD)/%
	$(say) MAN $@
	@mkdir -p $(@D)
	$(Q)$(BUILD)/$* --dump-options >$(@D)/$*.options
	$(Q)sed -e '/^@OPTIONS@$$/{r $(@D)/$*.options' -e 'd}' $< >$@

bindir	= $(DESTDIR)$(PREFIX)/bin
libdir	= $(DESTDIR)$(PREFIX)/lib/recana
share	= $(DESTDIR)$(PREFIX)/share
mandir	= $(share)/man/man1
schemadir = $(share)/recana/schema
# Where a shell finds the completion of a program.
bashdir	= $(share)/bash-completion/completions
zshdir	= $(share)/zsh/site-functions
fishdir	= $(share)/fish/vendor_completions.d
incdir	= $(DESTDIR)$(PREFIX)/include
devdir	= $(DESTDIR)$(PREFIX)/lib
version	= $(shell sed -n 's/.*RECANA_VERSION "\(.*\)".*/\1/p' common/version.h)

install: all man
	install -d $(bindir) $(mandir) $(libdir)/$(pyhome) $(incdir) $(devdir)/pkgconfig
	install $(BUILD)/rec $(bindir)/$(PROGRAM_PREFIX)rec
	install $(BUILD)/ana $(bindir)/$(PROGRAM_PREFIX)ana
	install -m 644 $(plugin) $(libdir)
	$(if $(filter 1,$(PYTHON)),install -m 644 $(python_lib) $(libdir)/$(pyhome))
	install -m 644 $(BUILD)/man/rec.1 $(mandir)/$(PROGRAM_PREFIX)rec.1
	install -m 644 $(BUILD)/man/ana.1 $(mandir)/$(PROGRAM_PREFIX)ana.1
	install -d $(schemadir) $(bashdir) $(zshdir) $(fishdir)
	install -m 644 man/schema/*.json $(schemadir)
	install -m 644 $(filter $(words)/bash/%,$(completions)) $(bashdir)
	install -m 644 $(filter $(words)/zsh/%,$(completions)) $(zshdir)
	install -m 644 $(filter $(words)/fish/%,$(completions)) $(fishdir)
	install -m 644 common/perfdata.h $(incdir)/perfdata.h
	install -m 644 $(public) $(devdir)/libperfdata.a
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(version)|' common/perfdata.pc.in >$(devdir)/pkgconfig/perfdata.pc

uninstall:
	rm -f $(bindir)/$(PROGRAM_PREFIX)rec $(bindir)/$(PROGRAM_PREFIX)ana
	rm -f $(mandir)/$(PROGRAM_PREFIX)rec.1 $(mandir)/$(PROGRAM_PREFIX)ana.1
	rm -f $(programs:%=$(bashdir)/%) $(programs:%=$(zshdir)/_%) $(programs:%=$(fishdir)/%.fish)
	rm -rf $(share)/recana
	rm -f $(incdir)/perfdata.h $(devdir)/libperfdata.a $(devdir)/pkgconfig/perfdata.pc
	rm -rf $(libdir)

clean:
	rm -rf build

help:
	@echo "make            build $(BUILD)/rec and $(BUILD)/ana"
	@echo "make try        install what is missing, build, record 2 s of this machine (root)"
	@echo "make check      install what the tests need, build, run every test"
	@echo "make soak       the long tests"
	@echo "make bench      measure, side by side with perf"
	@echo "make fuzz       every fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS)"
	@echo "make lint       clang-format, clang-tidy, cppcheck, man pages, includes"
	@echo "make format     apply .clang-format"
	@echo "make deps       install the libraries, or say what to type"
	@echo "make man        the man pages"
	@echo "make callargs   the arguments of system calls, anew, of the running kernel (root)"
	@echo "make install    PREFIX=$(PREFIX) DESTDIR= PROGRAM_PREFIX="
	@echo "make uninstall  what install put there"
	@echo "make clean      remove build/"
	@echo "Variables: V=1 DEBUG=1 SAN=address,undefined PYTHON=0 WERROR=1 CC= CFLAGS="
