# Every target sets up what it needs: packages by the lock file, Node 24 among them, and etcd.
.DEFAULT_GOAL := help
MACHINE := $(shell uname -m)
NODE := node_modules/node-linux-$(if $(filter aarch64,$(MACHINE)),arm64,x64)/bin/node
BIN := node_modules/.bin
STAMP := node_modules/.installed
ARCH ?= $(if $(filter aarch64,$(MACHINE)),arm64,amd64)
UNIT := tests/unit/**/*.test.ts

.PHONY: help check test format lint types unit pack

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

check: format lint types unit ## the one gate; CI runs it

test: unit ## all tests

format: $(STAMP) ## check the format (FIX=1 mends it)
	@$(NODE) $(BIN)/biome format $(if $(FIX),--write) .

lint: $(STAMP) ## check rules, import directions and file sizes
	@$(NODE) $(BIN)/biome lint --error-on-warnings .
	@$(NODE) scripts/file-sizes.ts

types: $(STAMP) ## check the types
	@$(NODE) $(BIN)/tsc -p .

unit: $(STAMP) ## unit tests, some against a real etcd
	@ETCD_BIN_DIR=$$(scripts/provide-etcd) && export ETCD_BIN_DIR && $(NODE) --test '$(UNIT)'

pack: $(STAMP) ## write build/etcd_<base>_<arch>.charm (ARCH=amd64 or arm64)
	@$(NODE) scripts/pack.ts $(ARCH)

$(STAMP): package.json package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing: install Node 20 or newer with npm'; exit 1; }
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
