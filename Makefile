# What a developer does with this project. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help test quick lint vulncheck demo build fuzz mutants
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

FUZZTIME ?= 10s
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

help: ## list these commands
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

test: ## prove everything: linters, both homes, a real browser (installs what is missing)
	@.ci/test

quick: ## test with Go alone, on the embedded home
	go test ./...

lint: ## gofmt, vet, staticcheck, errcheck, ineffassign and the rules of the house
	@.ci/lint

vulncheck: ## look for known vulnerabilities in what the program calls
	@.ci/vulncheck

demo: ## open the page with six phones
	go run ./cmd/demo

build: ## make ./redthread, one static file
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o redthread ./cmd/redthread

fuzz: ## fuzz each target for FUZZTIME (10s, or 100000x)
	@.ci/fuzz $(FUZZTIME)

mutants: ## seed faults, one after the other, and see a test catch each
	@.ci/mutants
