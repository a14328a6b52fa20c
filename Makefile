# Everything is a script in ci/ or a cargo command; the targets only name them.
# LUA is the interpreter to build for and to run: lua5.1 to lua5.4, luajit, or the
# lua5.5 that ci/lua55.sh builds.
LUA ?= lua5.4
BOTH := lua5.4 luajit
PREFIX ?= /usr/local

help:
	@echo 'make build [LUA=luajit]  the native module, to build/<feature>/async/core.so'
	@echo 'make install, uninstall   [LUA=luajit] [PREFIX=/usr/local] [DESTDIR=]'
	@echo 'make dist [LUA=luajit]   a directory to copy as it is: build/dist/<feature>'
	@echo 'make test                every suite, on every Lua; installs what is missing'
	@echo 'make spec [LUA=luajit] [ARGS="--filter=name"]'
	@echo 'make unit, macros, demo, bench, triggers, clean'
	@echo 'make rock                what the rockspec calls: use luarocks make'

build:
	ci/build.sh '$(LUA)'

install:
	ci/install.sh '$(LUA)' '$(DESTDIR)$(PREFIX)'

uninstall:
	ci/install.sh --remove '$(LUA)' '$(DESTDIR)$(PREFIX)'

dist:
	ci/dist.sh '$(LUA)'

rock:
	ci/build.sh '$(LUA)' build/rock

both: setup
	for lua in $(BOTH); do ci/build.sh $$lua || exit 1; done

setup:
	ci/setup.sh
	ci/fennel.sh

test:
	ci/test.sh

unit:
	ci/unit.sh

spec: build
	ci/fennel.sh
	spec/support/run '$(LUA)' $(ARGS)

macros:
	ci/fennel.sh
	ci/macros.sh

demo: both
	ci/demo.sh

every: setup
	ci/lua55.sh
	for lua in $$(ci/luas.sh); do ci/build.sh $$lua || exit 1; done

bench: every
	bench/all.sh $(ARGS)

triggers: every
	bench/triggers.sh $(ARGS)

clean:
	rm -rf build target

.PHONY: help build install uninstall dist rock both setup test unit spec macros demo every bench triggers clean
