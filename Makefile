# `make` lists the targets. Longer commands are scripts in .ci/ or tests/browser/.
.DEFAULT_GOAL := help
.PHONY: help demo-data demo-serve demo-build test check fuzz bench bench-steps bench-search growth bench-record evaluate ablation script shots clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

demo-data: ## generate the demo history in demo/data (the first time compiles, for some minutes)
	cargo run --locked --release -- demo-data --out demo/data

demo-serve: ## serve the demo site at http://localhost:8080/ and rebuild on change
	cargo run --locked --release -- serve --data demo/data --out demo/site --demo --port 8080 --base-path /

demo-build: ## build the demo site in demo/site
	cargo run --locked --release -- build --data demo/data --out demo/site --demo

test: ## run every test, including the browser checks
	@.ci/test

check: ## run the checks of CI: format, lints, tests, documentation, compilation of the benchmarks
	@.ci/check

fuzz: ## fuzz the parsers, one minute each (TARGET=records SECONDS=600 for one of them)
	@.ci/fuzz $(or $(SECONDS),60) $(TARGET)

bench: ## compare the targets for speed and size with measurements, in one table (10 minutes)
	cargo bench --locked --features bench --bench scale

bench-steps: ## measure the time of individual steps and the memory of records
	cargo bench --locked --features bench --bench suite --bench memory --bench stock

bench-search: ## measure the search of 10,000 series: bytes of the index, time to the first result
	rm -rf target/search
	cargo run --locked --release --quiet -- demo-data --scenario large --series 10000 --days 3 --out target/search/data
	cargo run --locked --release --quiet -- build --data target/search/data --out target/search/site --demo
	node tests/browser/search-speed.mjs target/search/site

growth: ## measure builds of up to 10,000,000 records and draw docs/growth.svg
	rm -rf target/growth
	mkdir -p target/growth/data/results
	cargo bench --locked --features bench --bench scale -- growth --huge --growth $(CURDIR)/target/growth/data/results/growth.ndjson
	cargo run --locked --release --quiet -- build --data target/growth/data --out target/growth/site
	.ci/draw-growth target/growth/site

bench-record: ## count the work of the program at this commit and add the records to data/
	@.ci/record-bench

evaluate: ## measure the accuracy of the detection and write docs/accuracy.md (15 minutes)
	cargo build --locked --release --quiet --bin benchpages --example comparators
	python3 tests/evaluate/evaluate.py target/release/benchpages target/release/examples/comparators target/evaluate

ablation: ## measure what each inner part of the detection gives and write docs/ablation.md (15 minutes)
	cargo build --locked --release --quiet --features ablation --example ablated
	python3 tests/evaluate/ablation.py target/release/examples/ablated target/evaluate

script: ## make the scripts in static/ of the parts in script/
	node tests/browser/script.mjs

shots: ## write screenshots of the pages to target/browser/shots
	@SHOTS=target/browser/shots .ci/browser

clean: ## remove all files that the build and the checks made
	rm -rf target tests/browser/node_modules demo/site
