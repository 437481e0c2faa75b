#!/bin/sh
# Checks the policy and the audit log before a commit. Turn it on with:
#   git config core.hooksPath .githooks
# Written by `benchpages init`; yours to change.
set -eu
if git diff --cached --name-only --diff-filter=ACMR -- data/policy.yml | grep -q .; then
  benchpages policy check data/policy.yml
fi
if git diff --cached --name-only -- data/audit.ndjson | grep -q .; then
  benchpages audit verify
fi
