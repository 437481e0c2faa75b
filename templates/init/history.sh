#!/usr/bin/env bash
# Puts the history into data/: what is reviewed on this branch stays, the rest comes from the history
# branch, and what only git knows of the commits from git:
#   benchpages-history.sh
# Written by `benchpages init`; yours to change.
set -euo pipefail

branch=origin/${DATA_BRANCH:?set it to the history branch}

# Policy, accepted changes and notes are here already, and stay. Without options of one tar alone.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git archive "$branch" | tar -x -C "$folder"
cp -R data/. "$folder"
cp -R "$folder"/. data
# The log of overrides and accepted changes grows on the history branch.
if git cat-file -e "$branch:audit.ndjson" 2> /dev/null; then
  git show "$branch:audit.ndjson" > data/audit.ndjson
fi
# Subjects, authors' names, parents, times and tags of the commits. Leave `author` out if pages
# should name nobody.
git log --max-count=5000 --decorate-refs='refs/tags/*' --pretty='%H%x1f%P%x1f%aI%x1f%s%x1f%D%x1f%aN' |
  jq --raw-input --compact-output 'split("\u001f") | {commit: .[0],
    parents: (.[1] | split(" ")), author_time: .[2], subject: .[3], author: .[5],
    tags: (.[4] | split(", ") | map(select(startswith("tag: "))[5:]))}' > data/commits.ndjson
