#!/usr/bin/env bash
# Prints the login of whoever set the label performance-override on a pull request, where it is set:
#   benchpages-override.sh PULL-REQUEST
# GitHub is asked, not the event: the event of a job that runs again holds the labels of before.
# Written by `benchpages init`; yours to change.
set -euo pipefail

pull=$1
label=performance-override
case $pull in '' | *[!0-9]*) exit 0 ;; esac

issue="repos/${GITHUB_REPOSITORY:?}/issues/$pull"
is_set=$(gh api --paginate "$issue/labels?per_page=100" --jq '.[].name')
grep --quiet --line-regexp --fixed-strings -e "$label" <<< "$is_set" || exit 0
# The newest event of this label says who set it.
export label
gh api --paginate "$issue/events?per_page=100" \
  --jq '.[] | select(.event == "labeled" and .label.name == env.label) | .actor.login' | tail -n 1
