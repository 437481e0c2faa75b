# The menu: `make` lists it. Everything longer than a line is a script in .ci/ or tests/browser/.
.DEFAULT_GOAL := help
.PHONY: help demo-data demo-serve demo-build test check bench bench-steps growth bench-record evaluate shots clean

help: ## show this menu
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

demo-data: ## write the demo history into demo/data
	cargo run --release --quiet -- demo-data --out demo/data

demo-serve: ## serve the demo site on http://localhost:8080 and rebuild on changes
	cargo run --release --quiet -- serve --data demo/data --out demo/site --demo --port 8080 --base-path /

demo-build: ## build the demo site into demo/site
	cargo run --release --quiet -- build --data demo/data --out demo/site --demo

test: ## run every test, in the browser too (the one command)
	@.ci/test

check: ## what CI runs: format, lints, tests, documentation, benchmarks compile
	@.ci/check

bench: ## hold what is promised of speed and size against what is measured: one table (10 minutes)
	cargo bench --bench scale

bench-steps: ## time the single steps, and what records take in memory
	cargo bench --bench suite --bench memory --bench stock

growth: ## measure how a build grows up to 10,000,000 records, and draw it: docs/growth.svg
	rm -rf target/growth
	mkdir -p target/growth/data/results
	cargo bench --bench scale -- growth --huge --growth $(CURDIR)/target/growth/data/results/growth.ndjson
	cargo run --release --quiet -- build --data target/growth/data --out target/growth/site
	.ci/draw-growth target/growth/site

bench-record: ## run the benchmarks and add the figures to data/
	@.ci/record-bench

evaluate: ## measure the accuracy of the detection, write docs/accuracy.md (10 minutes)
	cargo build --release --quiet --bin benchpages --example comparators
	python3 tests/evaluate/evaluate.py target/release/benchpages target/release/examples/comparators target/evaluate

shots: ## photograph the pages into target/browser/shots
	@SHOTS=target/browser/shots .ci/browser

clean: ## remove what the build and the checks made
	rm -rf target tests/browser/node_modules demo/site
