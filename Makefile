# Every target sets up what it needs: packages by the lock file, Node 24 among them, and etcd.
.DEFAULT_GOAL := help
MACHINE := $(shell uname -m)
NODE := node_modules/node-linux-$(if $(filter aarch64,$(MACHINE)),arm64,x64)/bin/node
BIN := node_modules/.bin
STAMP := node_modules/.installed
ARCH ?= $(if $(filter aarch64,$(MACHINE)),arm64,amd64)
UNIT := tests/unit/**/*.test.ts
STORIES := tests/stories/*.test.ts tests/stories/chaos/*.test.ts tests/emulator/*.test.ts
# What CI has time for in half an hour; `make test` runs every story.
GATE := access backup crash dashboard empty-options given identity issuers lifecycle lost-revisions main-job protocols \
	python-requirer refresh reports requests scale security-secrets security-surface through-juju tutorial version
ETCD_CHARM := build/etcd_ubuntu-22.04-24.04-26.04_$(ARCH).charm
CLIENT_CHARM := build/ts-requirer.charm
INTEGRATION_BASE = $(or $(BASE),ubuntu@24.04)
CHARM_SOURCES := $(shell find src scripts -name '*.ts' -o -path 'src/observability/*.yaml') dispatch metadata.yaml config.yaml actions.yaml workload.yaml package-lock.json
# $(call needed,story,what): what only that story needs beyond the others; a glob is all stories.
needed = $(if $(or $(findstring tests/stories/$1.,$(STORIES)),$(filter tests/stories/*%,$(STORIES))),$2)
# The emulator's processes end with the command that made their namespaces.
EMULATED = ETCD_BIN_DIR=$$(ETCD=$(ETCD) scripts/provide-etcd) && export ETCD_BIN_DIR && \
	ETCD_CHARM=$(CURDIR)/$(ETCD_CHARM) CLIENT_CHARM=$(CURDIR)/$(CLIENT_CHARM) \
	PYTHON_CHARM=$(CURDIR)/build/py-requirer.charm STORE_CHARM=$(CURDIR)/build/py-store.charm EMULATOR_CACHE=$(CURDIR)/.cache/emulator \
	scripts/in-namespaces

CONTAINER := tests/container/*.test.ts
.PHONY: help check test format lint docs types unit fuzz stories container pack demo bench chaos etcd integration front field charmcraft

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

check: STORIES = $(GATE:%=tests/stories/%.test.ts) tests/emulator/*.test.ts
check: format lint docs types unit stories container ## the one gate, which CI runs: all but the deeper stories

test: unit stories container ## all tests, for hours; check is the half hour of them

format: $(STAMP) ## check the format (FIX=1 mends it)
	@$(NODE) $(BIN)/biome format $(if $(FIX),--write) .

lint: $(STAMP) ## check rules, import directions and file sizes
	@$(NODE) $(BIN)/biome lint --error-on-warnings .
	@$(NODE) scripts/import-rules.ts
	@$(NODE) scripts/file-sizes.ts

docs: $(STAMP) ## check that docs/reference and the lists of stories are what the YAML files and the sources say (FIX=1 writes them)
	@$(NODE) scripts/reference.ts
	@$(NODE) scripts/conformance.ts
	@$(NODE) scripts/story-drivers.ts

types: $(STAMP) ## check the types
	@$(NODE) $(BIN)/tsc -p .

unit: $(STAMP) ## unit tests, some against a real etcd
	@ETCD_BIN_DIR=$$(ETCD=$(ETCD) scripts/provide-etcd) && export ETCD_BIN_DIR && $(NODE) --test --test-concurrency=2 --test-timeout=600000 '$(UNIT)'

fuzz: $(STAMP) ## made-up certificates, requests and secrets against the judge and a real etcd (SECONDS=60)
	@ETCD_BIN_DIR=$$(ETCD=$(ETCD) scripts/provide-etcd) && export ETCD_BIN_DIR && \
		FUZZ_SECONDS=$(or $(SECONDS),60) $(NODE) --test 'tests/unit/fuzz/*.test.ts'

# A refresh is between releases: where Go is, those beside Debian's are built; where it is not, the stories say so.
stories: $(ETCD_CHARM) $(CLIENT_CHARM) build/.py-requirer build/.collector build/.py-store ## the archive on emulated machines, with a real etcd (STORIES=file SEED=n TRACE=1)
	@scripts/provide-chaos-tools
	@for store in moto $(call needed,backup-kinds,azurite fake-gcs-server minio); do \
		scripts/provide-object-stores $$store >/dev/null || true; done
	@scripts/provide-prometheus >/dev/null || [ $$? = 3 ]
	@for release in 3.5.16 3.6 $(call needed,refresh-crash,3.6.4) $(call needed,refresh-five,3.6.4); do ! command -v go >/dev/null || ETCD=$$release scripts/provide-etcd >/dev/null || exit 1; done
	@$(EMULATED) $(NODE) --disable-warning=DEP0123 --test --test-concurrency=4 --test-timeout=1800000 $(STORIES)

container: $(ETCD_CHARM) $(CLIENT_CHARM) build/.py-store ## the archive in a system container with systemd and a reboot; says so where none can run
	@CONTAINER_IMAGE=$$(scripts/container-image) || { [ $$? = 3 ] && exit 0; exit 1; }; export CONTAINER_IMAGE && \
	{ scripts/provide-object-stores moto >/dev/null || true; } && $(EMULATED) $(NODE) --disable-warning=DEP0123 --test --test-concurrency=1 --test-timeout=300000 '$(CONTAINER)'

$(ETCD_CHARM): $(STAMP) $(CHARM_SOURCES)
	@$(NODE) scripts/pack.ts $(ARCH)

$(CLIENT_CHARM): $(STAMP) $(CHARM_SOURCES) $(shell find tests/requirers/typescript tests/fixtures -type f)
	@$(NODE) scripts/pack-requirer.ts

demo: $(ETCD_CHARM) $(CLIENT_CHARM) ## deploy, integrate, read, write, be refused, lose access (KEEP=1 keeps it)
	@$(EMULATED) $(NODE) --disable-warning=DEP0123 scripts/demo.ts

build/.py-requirer: $(STAMP) scripts/archive.ts scripts/pack-python-requirer.ts $(shell find tests/requirers/python tests/requirers/issuer -type f)
	@mkdir -p build && $(NODE) scripts/pack-python-requirer.ts && { [ ! -e build/py-requirer.charm ] || touch $@; }

build/.collector: $(STAMP) scripts/archive.ts scripts/pack-collector.ts tests/requirers/python/requirements.txt $(shell find tests/requirers/collector -type f)
	@mkdir -p build && $(NODE) scripts/pack-collector.ts && { [ ! -e build/collector.charm ] || touch $@; }

build/.py-store: $(STAMP) scripts/archive.ts scripts/pack-python-provider.ts $(shell find tests/providers/python -type f)
	@mkdir -p build && $(NODE) scripts/pack-python-provider.ts && { [ ! -e build/py-store.charm ] || touch $@; }

chaos: $(ETCD_CHARM) $(CLIENT_CHARM) ## every disturbance of a cluster (MEMBERS="3 5" SEEDS="1 2 3" ONLY=regexp); writes bench/chaos.json
	@scripts/provide-chaos-tools
	@$(EMULATED) $(NODE) scripts/chaos.ts

bench: $(ETCD_CHARM) $(CLIENT_CHARM) build/.py-requirer build/.py-store ## measure hooks here (CLIENTS=1,10,100,1000 MEMBERS=1,3,5 ROUNDS=5 ONLY=charm|controller|python|writes|life|refresh|neighbours|backup MEGABYTES=2000); writes bench/results.json
	@$(if $(findstring backup,$(ONLY)),scripts/provide-object-stores minio >/dev/null)
	@$(EMULATED) $(NODE) --disable-warning=DEP0123 bench/index.ts

integration: $(ETCD_CHARM) $(CLIENT_CHARM) ## the stories on your own controller through juju (STORIES=core for a quarter of an hour; BASE= ETCD_RESOURCE= KEEP=1 …)
	@ETCD_BIN_DIR=$$(ETCD=$(ETCD) scripts/provide-etcd) && export ETCD_BIN_DIR && \
		$(NODE) scripts/pack-python-requirer.ts $(INTEGRATION_BASE) && \
		ETCD_CHARM=$(ETCD_CHARM) CLIENT_CHARM=$(CLIENT_CHARM) \
		PYTHON_CHARM=build/py-requirer-$(subst @,-,$(INTEGRATION_BASE)).charm $(NODE) scripts/integration.ts

front: $(ETCD_CHARM) $(CLIENT_CHARM) build/.py-requirer ## what integration does, through a juju that stands before the emulator (STORIES= JUJU_PROFILE=4.0)
	@$(EMULATED) $(NODE) --disable-warning=DEP0123 scripts/front.ts

field: $(ETCD_CHARM) $(CLIENT_CHARM) ## charms of the field, from sources of yours, against ours (FIELD_CHARMS=folder; STORY_DRIVER=juju on a controller)
	@ETCD_BIN_DIR=$$(ETCD=$(ETCD) scripts/provide-etcd) && export ETCD_BIN_DIR && \
		$(NODE) scripts/pack-field.ts $(if $(filter juju,$(STORY_DRIVER)),$(INTEGRATION_BASE))
ifeq ($(STORY_DRIVER),juju)
	@ETCD_CHARM=$(ETCD_CHARM) CLIENT_CHARM=$(CLIENT_CHARM) STORIES="$(wildcard tests/field/*.test.ts)" $(NODE) scripts/integration.ts
else
	@$(EMULATED) $(NODE) --disable-warning=DEP0123 --test --test-timeout=1800000 tests/field/*.test.ts
endif

charmcraft: $(ETCD_CHARM) ## ask charmcraft 4 itself about charmcraft.yaml, and let its linters see the archive
	@scripts/ask-charmcraft $(ETCD_CHARM)

etcd: ## print where etcd for the tests is; ETCD=3.6 builds that line from its Go modules
	@ETCD=$(ETCD) scripts/provide-etcd

pack: $(STAMP) ## write build/etcd_<base>_<arch>.charm (ARCH=amd64 or arm64)
	@$(NODE) scripts/pack.ts $(ARCH)

$(STAMP): package.json package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing: install Node 20 or newer with npm'; exit 1; }
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
