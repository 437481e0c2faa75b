#!/bin/sh
# Before a commit: the policy is sound and the audit log whole. Turn on: git config core.hooksPath .githooks
# Written by `benchpages init`; yours to change.
set -eu
if git diff --cached --name-only --diff-filter=ACMR -- data/policy.yml | grep -q .; then
  benchpages policy check data/policy.yml
fi
if git diff --cached --name-only -- data/audit.ndjson | grep -q .; then
  benchpages audit verify
fi
