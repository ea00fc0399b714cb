# TokenTray. Begin with:  make run     (or: make help)

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

GO     ?= go
PREFIX ?= /usr/local
BIN    := bin
OS     := $(shell uname -s)

# The window is built without Wayland's client libraries (it runs there through
# XWayland) and with Fyne's new threading rules. Every step uses the same tags,
# so that all of them share one build cache.
TAGS := migrated_fynedo
ifeq ($(OS),Linux)
TAGS := x11,migrated_fynedo
endif

# One place for the version: FyneApp.toml, made exact by git where it is known.
VERSION := $(shell sed -n 's/^Version = "\(.*\)"/\1/p' FyneApp.toml)
COMMIT  := $(shell git rev-parse --short HEAD 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION)$(if $(COMMIT),+$(COMMIT))
# Packages add -trimpath, and to the window of Windows that it has no console.
FLAGS     ?=
GUI_LDFLAGS ?=
PURE    := CGO_ENABLED=0 $(GO) build -buildvcs=false $(FLAGS) -ldflags '$(LDFLAGS)'
GUI     := CGO_ENABLED=1 $(GO) build -buildvcs=false $(FLAGS) -tags $(TAGS) -ldflags '$(LDFLAGS) $(GUI_LDFLAGS)'

# A heading between the steps of a long target.
say = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

.PHONY: help
help: ## this list
	@echo "TokenTray: the targets of this Makefile"
	@echo
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r t h; do printf '  make %-14s %s\n' "$$t" "$$h"; done
	@echo
	@echo "  PREFIX (now $(PREFIX)) and DESTDIR tell install and uninstall where."

# ---------------------------------------------------------------- run and build

.PHONY: run
run: deps-run build-all ## install what is missing, build, and start the demo; Ctrl-C ends it and leaves nothing
	@exec $(BIN)/tokentray demo

.PHONY: build
build: deps-run build-all man ## build bin/tokentray, bin/tokentray-window and the manual pages

.PHONY: build-all
build-all:
	@mkdir -p $(BIN)
	$(PURE) -o $(BIN)/ ./cmd/tokentray ./cmd/tokentray-mcp
	$(GUI) -o $(BIN)/ ./cmd/tokentray-window

.PHONY: deps-run
deps-run:
	@assets/scripts/install-deps.sh run

.PHONY: deps-test
deps-test:
	@assets/scripts/install-deps.sh run test

# ---------------------------------------------------------------- test

# The C parts of the window take three minutes to compile from a cold cache, on
# one core, and the API clients come from the network: they do so beside the
# steps that do not need them. The end-to-end tests mostly wait: what is left is
# done beside them, and printed after them.
.PHONY: test
test: deps-test ## everything that must hold: format, vet, lint, unit tests, Windows and macOS, a real desktop
	@set -m; mkdir -p $(BIN); $(MAKE) --no-print-directory build-all $(CLIENTS)/node_modules >$(BIN)/build.log 2>&1 & build=$$!; \
	rest=$$build; trap 'kill -- -$$build -$$rest 2>/dev/null || :' EXIT; \
	$(MAKE) --no-print-directory check-format vet-others test-unit; \
	wait $$build || { cat $(BIN)/build.log; exit 1; }; \
	{ nice $(MAKE) --no-print-directory vet lint && $(MAKE) --no-print-directory BUILT=yes test-sdk test-clients; } >$(BIN)/rest.log 2>&1 & rest=$$!; \
	$(MAKE) --no-print-directory BUILT=yes test-e2e; \
	wait $$rest || { cat $(BIN)/rest.log; exit 1; }; \
	cat $(BIN)/rest.log; \
	printf '\n\033[1m== all fine, %d s\033[0m\n' $$SECONDS

# What tests of the programs need; BUILT says that it is there.
programs := $(if $(BUILT),,build-all)

.PHONY: check
check: check-format vet lint ## what takes seconds: format, vet and staticcheck

.PHONY: check-format
check-format:
	$(call say,format)
	@bad=$$($(GO) tool gofumpt -l .); if [ -n "$$bad" ]; then echo "not formatted, run make fmt:"; echo "$$bad"; exit 1; fi

.PHONY: vet
vet:
	$(call say,vet)
	$(GO) vet -tags $(TAGS) ./...

# actionlint at an exact version. It is no dependency of the program.
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

.PHONY: lint
lint:
	$(call say,staticcheck)
	$(GO) tool staticcheck -tags $(TAGS) ./...
	$(call say,actionlint)
	$(GO) run $(ACTIONLINT) -shellcheck= -pyflakes= .github/workflows/*.yml

.PHONY: vet-others
vet-others: ## what can be checked of the Windows and macOS builds from here
	$(call say,Windows and macOS)
	GOOS=windows CGO_ENABLED=0 $(GO) vet -tags ci ./...
	GOOS=windows CGO_ENABLED=0 $(GO) build -buildvcs=false -o /dev/null ./cmd/tokentray
	GOOS=darwin CGO_ENABLED=0 $(GO) vet ./core/... ./ui/cli ./ui/notify ./ui/text ./ui/tray

# cmd/tokentray-window has no tests of its own, and building its C parts once
# more for the race detector would cost minutes: the desktop tests run it. The
# window's tests take longest by far, on one core: they begin first, so that the
# others are done beside them. Their pictures are drawn without the race detector, under
# which that takes minutes; other tests go to the same screens with it. What make vet
# does is not done here once more. Some packages wait for a Redis or a desktop: three at a
# time keep two cores busy.
UNIT = ./ui/window $$($(GO) list -tags $(TAGS) ./... | grep -v -e /cmd/tokentray-window$$ -e /cmd/e2e -e /ui/window$$)

# What only computes, fonts, pictures, ciphers, patterns, shares nothing between goroutines,
# and the race detector does not watch it: that takes 40 % off the window's tests.
UNWATCHED := image/... encoding/xml regexp/... compress/... golang.org/x/image/... golang.org/x/crypto/... golang.org/x/text/... \
	github.com/go-text/... github.com/fyne-io/oksvg github.com/srwiley/rasterx fyne.io/fyne/v2/internal/painter/...

.PHONY: test-unit
test-unit: ## the unit tests, with the race detector
	$(call say,unit tests)
	$(GO) test -race $(UNWATCHED:%=-gcflags=%=-race=false) -vet=off -p 3 -tags $(TAGS) -timeout 20m $(UNIT)
	$(GO) test -vet=off -tags $(TAGS) -timeout 10m -run '^TestGoldenPictures$$' ./ui/window

# The programs are built without the race detector, and what drives them needs none.
.PHONY: test-e2e
test-e2e: $(programs) ## the programs themselves: import rules, command line, tray and window on a real desktop
	$(call say,end to end)
	TOKENTRAY_E2E_BIN=$(CURDIR)/$(BIN) $(GO) test -vet=off -tags $(TAGS) -count=1 -timeout 40m ./cmd/e2e ./cmd/e2e/crash ./cmd/e2e/desktop ./cmd/e2e/inputgen ./cmd/e2e/openapigen ./cmd/e2e/upstream

# Real redis-servers, Sentinels, a Cluster, several agents and their ends. With RACE the
# agents have the race detector, too.
RACE ?=

.PHONY: test-engines
test-engines: $(if $(RACE),race-agent,$(programs)) ## a team on Redis: agents and redis-servers that are killed, stopped and cut off; RACE=1 looks for data races in them
	$(call say,engines)
	TOKENTRAY_E2E_BIN=$(CURDIR)/$(BIN)$(if $(RACE),/race) $(GO) test -vet=off -tags $(TAGS) $(if $(RACE),-race) -count=1 -timeout $(if $(RACE),60m,20m) -parallel 4 ./cmd/e2e/engines # they mostly wait

.PHONY: race-agent
race-agent:
	@mkdir -p $(BIN)/race
	CGO_ENABLED=1 $(GO) build -race -buildvcs=false -ldflags '$(LDFLAGS)' -o $(BIN)/race/ ./cmd/tokentray

.PHONY: test-sdk
test-sdk: $(programs) ## SDKs take their tokens from TokenTray, and it takes its own from a real OAuth2 server; modules of their own
	$(call say,foreign SDKs, a foreign server)
	cd cmd/e2e/sdk && TOKENTRAY_E2E_BIN=$(CURDIR)/$(BIN) $(GO) test -count=1 ./...
	cd cmd/e2e/workwx && TOKENTRAY_E2E_BIN=$(CURDIR)/$(BIN) $(GO) test -count=1 ./...
	cd cmd/e2e/oidc && TOKENTRAY_E2E_BIN=$(CURDIR)/$(BIN) $(GO) test -count=1 ./...

.PHONY: test-desktops
test-desktops: $(programs) ## the tray of another desktop, a session without one, and KWallet; installs lxqt-panel and kwalletd5
	$(call say,other desktops)
	@assets/scripts/install-deps.sh run test desktops
	TOKENTRAY_E2E_BIN=$(CURDIR)/$(BIN) TOKENTRAY_E2E_DESKTOPS=yes $(GO) test -vet=off -tags $(TAGS) -count=1 -timeout 10m -run '^TestDesktops' ./cmd/e2e

# Tests of the Windows build, under wine: see cmd/e2e/wine/wine.sh, and skip.txt
# beside it for what is not run and why.
.PHONY: test-wine
test-wine: deps-wine ## what is built for Windows, under wine; installs wine and mingw
	$(call say,Windows under wine)
	cmd/e2e/wine/wine.sh all

.PHONY: deps-wine
deps-wine:
	@assets/scripts/install-deps.sh run wine

# Third-party API clients from npm, at exact versions. Their installation scripts do
# not run.
CLIENTS := cmd/e2e/clients

$(CLIENTS)/node_modules: $(CLIENTS)/package.json $(CLIENTS)/package-lock.json
	cd $(CLIENTS) && npm ci --fetch-retries=5 --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: test-clients
test-clients: $(programs) $(CLIENTS)/node_modules ## Newman, Bruno's runner, curl and an SDK for Node.js take their tokens from TokenTray; MCP's Inspector calls
	$(call say,API clients)
	TOKENTRAY_E2E_BIN=$(CURDIR)/$(BIN) TOKENTRAY_E2E_CLIENTS=$(CURDIR)/$(CLIENTS)/node_modules \
		$(GO) test -vet=off -tags $(TAGS) -count=1 -parallel 8 -run '^TestClients' ./cmd/e2e

.PHONY: test-browser
test-browser: build-all ## a page in a real browser tries what it can against the local API; installs Chromium
	$(call say,a page in a browser)
	@assets/scripts/install-deps.sh run browser
	TOKENTRAY_E2E_BIN=$(CURDIR)/$(BIN) TOKENTRAY_E2E_BROWSER=chromium $(GO) test -tags $(TAGS) -count=1 -run '^TestBrowser' ./cmd/e2e

# ---------------------------------------------------------------- mutants

# The files whose faults the tests of package core must notice: the Keeper's. A
# copy of the package alone is mutated, for gremlins would run the tests of every
# package below core for each fault. It cannot mutate the conditions of a switch's
# cases, which no coverage block holds, and calls them not covered. Most of the time goes
# into building the tests six hundred times: without vet, and with the long simulations
# cut short, it takes up to 50 minutes on two cores.
KEEPER   := keeper get report check round verdict journal history plan clock lifecycle remember watch state source token \
	budget lookout shared tally turns usage
GREMLINS := github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0
MUTANTS  := $(BIN)/mutants
others    = $(filter-out $(KEEPER:%=core/%.go) %_test.go,$(wildcard core/*.go))
empty    :=
either    = $(subst $(empty) $(empty),|,$(strip $(1)))

.PHONY: mutants
mutants: ## put small faults into the Keeper, one by one, and count those that its tests notice; takes up to 50 minutes
	$(call say,mutants)
	rm -rf $(MUTANTS) && mkdir -p $(MUTANTS)/core
	cp go.mod go.sum $(MUTANTS) && cp core/*.go $(MUTANTS)/core
	cd $(MUTANTS) && GOFLAGS='-count=1 -short -vet=off' nice $(GO) run $(GREMLINS) unleash ./core --invert-logical --workers 2 --timeout-coefficient 5 \
		--threshold-efficacy 90 -E '(^|/)($(call either,$(notdir $(basename $(others)))))\.go$$' $(MUTANTSFLAGS)

# ---------------------------------------------------------------- soak

# KILLS and SOAK_SEED are for make soak-crash. The seed tells what people did in a
# run, but not at which moment of it the system ran whom. To make disks fail it mounts
# some, which takes root: DISKS=possible leaves out those that cannot be mounted.
KILLS     ?= 2000
SOAK_SEED ?=
DISKS     ?= all

.PHONY: soak-crash
soak-crash: deps-test build-all ## kill the agent KILLS times (2000) in the middle of changes, damage its files, fill its disk
	$(call say,$(KILLS) kills)
	$(GO) run ./cmd/e2e/crash -bin $(BIN) -kills $(KILLS) $(if $(SOAK_SEED),-seed $(SOAK_SEED)) $(if $(filter possible,$(DISKS)),-no-mounts)

SOAK_MINUTES ?= 60

.PHONY: soak
soak: deps-test build-all ## work SOAK_MINUTES (60) with 500 short-lived accounts and 50 clients, and count what is wrong or grows
	$(call say,soak for $(SOAK_MINUTES) min)
	$(GO) run ./cmd/e2e/soak -bin $(BIN) -minutes $(SOAK_MINUTES)

.PHONY: clock-vm
clock-vm: build-all ## set the clock of a small virtual machine by minutes, hours and a year, and look at a token; wants qemu
	$(call say,the clock of a virtual machine)
	cmd/e2e/clockvm/run.sh $(BIN)/tokentray

.PHONY: systemd-vm
systemd-vm: build-all ## run README's lines for a service of the whole server in a small virtual machine with systemd; wants root, qemu and mmdebstrap
	$(call say,a service in a virtual machine)
	cmd/e2e/systemdvm/run.sh $(BIN)/tokentray

# ---------------------------------------------------------------- fuzz, audit

# FUZZ_MINUTES for each target; FUZZ is a pattern of their names.
FUZZ_MINUTES ?= 10
FUZZ         ?= .

.PHONY: fuzz
fuzz: ## feed decoders and formatters with random input, FUZZ_MINUTES (10) each; what fails is kept in testdata as a test
	@mkdir -p $(BIN); rm -f $(BIN)/fuzz-failed; grep -roE '^func Fuzz[A-Za-z0-9]+' --include='*_test.go' core ui cmd | sed 's|^\(.*\)/[^/]*:func \(.*\)|./\1 \2|' | sort -u | grep -E -- '$(FUZZ)' | \
	while read -r dir name; do \
		printf '\n\033[1m== %s %s\033[0m\n' "$$dir" "$$name"; \
		$(GO) test -tags $(TAGS) -run '^$$' -fuzz "^$$name$$" -fuzztime "$$(awk 'BEGIN { print $(FUZZ_MINUTES) * 60 }')s" "$$dir" || touch $(BIN)/fuzz-failed; \
	done; ! rm $(BIN)/fuzz-failed 2>/dev/null

# govulncheck at an exact version. Its database is in the network.
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

.PHONY: audit
audit: ## the checksums and licences of all dependencies, and their known vulnerabilities where the database can be reached
	$(call say,checksums)
	$(GO) mod verify
	$(call say,licences)
	cd cmd/e2e/audit && $(GO) run . -root $(CURDIR) -tags $(TAGS)
	$(call say,vulnerabilities)
	@if curl -fsS -m 20 -o /dev/null https://vuln.go.dev/index/db.json; then \
		$(GO) run $(GOVULNCHECK) -tags $(TAGS) ./...; \
	else echo "NOT RUN: the database of govulncheck cannot be reached from here"; fi

# ---------------------------------------------------------------- bench, pictures

# A simulated team on a Redis: ACCOUNTSxMEMBERS. README's figures are of 10000x50.
SCALE ?= 1000x20

.PHONY: bench-team
bench-team: deps-test ## simulate a team of SCALE=10000x50 accounts and machines: commands, memory, calls, fail-over; wants the machine alone
	TOKENTRAY_SCALE=$(SCALE) $(GO) test -count=1 -v -timeout 1h -run 'AtScale|CostsARedis' ./core/team

.PHONY: bench
bench: bench-team build-all ## measure the agent, the socket, the Keeper, the window and a simulated team, each beside its bound; takes 20 minutes
	CGO_ENABLED=1 $(GO) build -tags $(TAGS) -o $(BIN)/ ./cmd/e2e/bare
	@failed=; \
	$(GO) test -run '^$$' -bench . -benchmem ./core ./core/preset ./core/upstream || failed=yes; \
	$(GO) run ./cmd/e2e/bench -bin $(BIN) || failed=yes; \
	$(GO) run ./cmd/e2e/bench -bin $(BIN) -accounts 40 -only start || failed=yes; \
	$(GO) run ./cmd/e2e/bench -bin $(BIN) -accounts 10000 -only start,scroll || failed=yes; \
	$(GO) test -run '^$$' -bench AtTheDoor -benchmem ./core/agent || failed=yes; \
	$(GO) test -tags $(TAGS) -run '^$$' -bench . -benchmem ./ui/window || failed=yes; \
	CGO_ENABLED=0 $(GO) run ./cmd/e2e/doorbench -bin $(BIN) || failed=yes; \
	test -z "$$failed" # a bound that was missed hides no other

.PHONY: screenshots
screenshots: deps-test build-all ## take the pictures of the README on a real desktop
	$(GO) run ./cmd/e2e/screenshots -bin $(BIN) -to assets/screenshots

.PHONY: golden
golden: ## take what the window's tests hold its screens against anew; look at what git then shows
	@rm -rf ui/window/testdata/failed
	@$(GO) test -tags $(TAGS) ./ui/window >/dev/null || :
	@if [ -d ui/window/testdata/failed ]; then cp -R ui/window/testdata/failed/. ui/window/testdata/; rm -rf ui/window/testdata/failed; fi
	@git status --short ui/window/testdata

.PHONY: generate
generate: ## write anew what is made from the sources: core.Input, and the description of the local API
	$(GO) run ./cmd/e2e/inputgen
	$(GO) run ./cmd/e2e/openapigen
	@git status --short core/input_gen.go assets/openapi

# ---------------------------------------------------------------- manual pages

# The pages are made from the help of the commands. Their date is that of the
# commit, so that the same sources give the same pages.
EPOCH   := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null))
pages    = $(GO) run -buildvcs=false ./cmd/manpages -lang $(1) -date '$(EPOCH)' -version $(VERSION)$(if $(COMMIT),+$(COMMIT)) $(2)

.PHONY: man
man: ## write the manual pages, in both languages, into bin/man
	rm -rf $(BIN)/man
	$(call pages,en,$(BIN)/man/man1)
	$(call pages,zh,$(BIN)/man/zh_CN/man1)

# ---------------------------------------------------------------- install

# Where the pieces go. DESTDIR is put before all of them, for packagers.
bindir  = $(DESTDIR)$(PREFIX)/bin
datadir = $(DESTDIR)$(PREFIX)/share
mandir  = $(datadir)/man
unitdir = $(DESTDIR)$(PREFIX)/lib/systemd
icons   = $(datadir)/icons/hicolor
sizes   = 16 22 24 32 48 64 128 512

.PHONY: install
install: ## install what make build has built, under PREFIX
	@test -x $(BIN)/tokentray -a -x $(BIN)/tokentray-window -a -d $(BIN)/man || { echo "nothing is built yet; run: make build"; exit 1; }
	install -Dm755 -t $(bindir) $(BIN)/tokentray $(BIN)/tokentray-mcp $(BIN)/tokentray-window
	install -Dm644 -t $(datadir)/applications assets/tokentray.desktop
	install -Dm644 -t $(datadir)/metainfo assets/tokentray.metainfo.xml
	install -d $(unitdir)/user $(unitdir)/system
	sed 's|^ExecStart=tokentray|ExecStart=$(PREFIX)/bin/tokentray|' assets/tokentray.service > $(unitdir)/user/tokentray.service
	sed 's|^ExecStart=tokentray|ExecStart=$(PREFIX)/bin/tokentray|' assets/tokentray-server.service > $(unitdir)/system/tokentray.service
	install -Dm644 -t $(icons)/scalable/apps assets/icons/tokentray.svg
	for s in $(sizes); do install -Dm644 assets/icons/tokentray-$$s.png $(icons)/$${s}x$$s/apps/tokentray.png; done
	install -d $(datadir)/bash-completion/completions $(datadir)/zsh/site-functions $(datadir)/fish/vendor_completions.d
	$(BIN)/tokentray completion bash > $(datadir)/bash-completion/completions/tokentray
	$(BIN)/tokentray completion zsh > $(datadir)/zsh/site-functions/_tokentray
	$(BIN)/tokentray completion fish > $(datadir)/fish/vendor_completions.d/tokentray.fish
	install -Dm644 -t $(mandir)/man1 $(BIN)/man/man1/*
	install -Dm644 -t $(mandir)/zh_CN/man1 $(BIN)/man/zh_CN/man1/*
	install -Dm644 -t $(datadir)/doc/tokentray README.md CHANGELOG.md SECURITY.md LICENSE

.PHONY: uninstall
uninstall: ## remove what make install has put there; accounts and secrets stay
	rm -f $(bindir)/tokentray $(bindir)/tokentray-mcp $(bindir)/tokentray-window $(datadir)/applications/tokentray.desktop $(datadir)/metainfo/tokentray.metainfo.xml $(unitdir)/user/tokentray.service $(unitdir)/system/tokentray.service \
		$(icons)/scalable/apps/tokentray.svg $(foreach s,$(sizes),$(icons)/$(s)x$(s)/apps/tokentray.png) \
		$(datadir)/bash-completion/completions/tokentray $(datadir)/zsh/site-functions/_tokentray \
		$(datadir)/fish/vendor_completions.d/tokentray.fish $(foreach l,. zh_CN,$(mandir)/$(l)/man1/tokentray.1 $(mandir)/$(l)/man1/tokentray-*.1)
	rm -rf $(datadir)/doc/tokentray

# ---------------------------------------------------------------- packages

.PHONY: dist
dist: deps-dist ## make the packages for Linux and Windows, and the layout of a Mac's app, into build
	$(call say,packages)
	assets/scripts/dist.sh

# Each package is installed into a scratch root or prefix, run, upgraded over one of
# the commit before, and removed. It is made twice, from two folders, to see that the
# bytes are the same, and once with a certificate and a key of the test.
DISTS := $(CURDIR)/build/test

.PHONY: test-dist
test-dist: deps-dist deps-test deps-wine ## make the packages; install, run, upgrade and remove each
	$(call say,packages)
	assets/scripts/dist-variants.sh $(DISTS)
	TOKENTRAY_E2E_DIST=$(DISTS) $(GO) test -count=1 -timeout 20m ./cmd/e2e/dist

.PHONY: deps-dist
deps-dist:
	@assets/scripts/install-deps.sh run dist

# ---------------------------------------------------------------- the rest

.PHONY: fmt
fmt: ## format the sources
	$(GO) tool gofumpt -w .

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BIN) build $(CLIENTS)/node_modules
