# make demo   runs everything on this machine, no account needed
# make test   proves everything (installs what is missing where it can)
# make help   lists the rest

SHELL := /bin/bash
GO ?= go
UI := widget/ui
DEMO_FLAGS ?=
BENCH_FLAGS ?=
# Tests that are started from here end with it.
export SIDELIGHT_TEST_PARENT := $(shell echo $$PPID)

.PHONY: help demo dev build pages lint lint-pages mutants test test-go test-long test-galera test-api test-conformance conformance test-ui test-e2e test-firefox extension bench bench-check generate check-generated vet tools audit sbom clean clean-all

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

demo: pages ## Run Sidelight with both vendors simulated
	$(GO) run . demo $(DEMO_FLAGS)

dev: $(UI)/node_modules/.stamp ## Run the demo, start it again on each change, and serve the pages with hot reload
	@scripts/dev

build: pages ## Build bin/sidelight with its pages
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/sidelight .

$(UI)/node_modules/.stamp: $(UI)/package.json $(UI)/package-lock.json
	cd $(UI) && npm ci --no-audit --no-fund
	touch $@

PAGE_SOURCES := $(shell find $(UI)/src $(UI)/public graph/schema -type f 2>/dev/null) $(wildcard $(UI)/*.html $(UI)/*.ts $(UI)/*.json)

widget/dist/console.html: $(UI)/node_modules/.stamp $(PAGE_SOURCES)
	cd $(UI) && npm run --silent build

pages: ## Build the widget and console pages (skipped, and said so, without npm)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory widget/dist/console.html; \
	else echo "npm is not installed: the pages are not built, the API runs without them"; fi

tools: ## Install what the tests need, where that is possible
	@scripts/tools

test: tools check-generated vet lint test-go test-api test-conformance test-ui test-e2e ## Everything that CI proves

vet:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "gofmt these files"; exit 1; }
	$(GO) vet ./...

lint: ## Lint Go by the rules of .golangci.yml
	@scripts/lint

mutants: ## Change the pure packages operator by operator: their own tests must notice
	@scripts/mutants

# SQLite's own code, translated from C, is left out of what the race detector watches: it doubles the time, and its locks are seen all the same.
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false

test-go: ## Go tests with the race detector, on SQLite, MariaDB and MySQL
	$(GO) test $(RACE) -timeout 30m ./...
	$(GO) test ./models/store -timeout 20m -run TestEveryStatementReadsAlongAnIndexAtSize
	$(GO) test ./sync/engine -run 'TestAnyHistory|Thousand' -rapid.checks 300 -rapid.seed 1

apitest/node_modules/.stamp conformance/node_modules/.stamp conformance/sf/node_modules/.stamp: %/node_modules/.stamp: %/package.json %/package-lock.json
	cd $* && npm ci --no-audit --no-fund
	touch $@

test-api: ## Other people's GraphQL clients against the demo
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory apitest/node_modules/.stamp && scripts/apitest; \
	else scripts/skip "npm is not installed: the API's tests by other people's clients"; fi

test-conformance: ## Other people's client programs against the simulators
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory conformance/node_modules/.stamp && scripts/conformance; \
	else scripts/skip "npm is not installed: the simulators' conformance"; fi

conformance: conformance/node_modules/.stamp conformance/sf/node_modules/.stamp ## The Salesforce CLI against the simulators (heavy: 300 MB, two minutes)
	scripts/conformance "node --test --test-reporter=spec sf/sf.test.js"

test-long: export SIDELIGHT_TEST_LONG = 1
test-long: ## The proofs with many more cases: everything on all three databases, laws, histories, kills (about three hours)
	$(GO) test -timeout 60m ./...
	$(GO) test -timeout 60m ./sync/reconcile -rapid.checks 200000
	$(GO) test -timeout 180m ./sync/engine -run 'TestAnyHistory' -rapid.checks 10000
	$(GO) test -timeout 120m ./sync/engine -run 'TestHistoriesEndTheSameOnServers' -rapid.checks 1000
	$(GO) test -timeout 90m ./e2e -run 'TestKilledAtAnyMoment' -rounds 50
	$(GO) test -timeout 90m ./models/store -run 'TestEveryStatementReadsAlongAnIndexAtSize' -scale 10
	@GO="$(GO)" scripts/galera

test-galera: ## Two replicas on a Galera cluster that loses nodes and its quorum
	@GO="$(GO)" scripts/galera

test-ui: pages ## Types and unit tests of the pages
	@if command -v npm >/dev/null; then cd $(UI) && npm run --silent check && npm test --silent && npm run --silent size; else scripts/skip "npm is not installed: the pages' tests"; fi

lint-pages: $(UI)/node_modules/.stamp ## ESLint and Prettier over the pages
	cd $(UI) && npm run --silent lint

test-e2e: pages ## The pages in a real browser against the demo
	@if command -v npm >/dev/null && command -v chromium >/dev/null; then scripts/e2e; else scripts/skip "npm or chromium is not installed: the browser tests"; fi

test-firefox: pages ## The pages in Firefox, where it is installed (FIREFOX names it)
	@if command -v "$${FIREFOX:-firefox-esr}" >/dev/null; then FILES=firefox scripts/e2e; else scripts/skip "Firefox is not installed: the pages in it"; fi

extension: $(UI)/node_modules/.stamp ## The Zoho Desk extension for SERVER=https://sidelight.example.com, as bin/sidelight-extension.zip
	cd $(UI) && node scripts/extension.mjs "$(SERVER)" "$(CURDIR)/bin/sidelight-extension.zip"

bench: ## Cards and dashboards beside the least that a program could do, and the sync, in one run (BENCH_FLAGS='-size 200000 -database mysql')
	$(GO) test ./bench -timeout 60m -run '^$$' -bench . -benchtime 1x $(BENCH_FLAGS)

bench-check: ## The same, and no ratio is less by a quarter than the recorded one
	$(GO) test ./bench -timeout 60m -run '^$$' -bench Card -benchtime 1x -check recorded.json $(BENCH_FLAGS)

generate: ## Generate the GraphQL and protobuf code again, and the pages' operations
	$(GO) generate ./...
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(UI)/node_modules/.stamp && cd $(UI) && npm run --silent codegen; \
	else scripts/skip "npm is not installed: the pages' operations are not generated"; fi

check-generated: ## Fail when generated code has drifted
	@scripts/check-generated

audit: ## Known vulnerabilities in what is used, where their databases can be reached
	@scripts/audit

sbom: build ## What the program and its pages are made of, as CycloneDX in bin/*.cdx.json
	@GO="$(GO)" scripts/sbom

clean:
	rm -rf bin data widget/dist/assets widget/dist/*.html test-results

clean-all: clean ## Remove what the tests keep outside the checkout too: MySQL's folder, empty databases
	@scripts/mysql-root remove
