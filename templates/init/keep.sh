#!/usr/bin/env bash
# Adds one new file to the branch that holds the history, or the longer log of audits:
#   benchpages-keep.sh FILE PATH-IN-THE-BRANCH
# Every job has a path of its own, so whoever loses the race to push only takes the new state and
# tries again. Touches neither the working tree nor the index. Makes the branch where there is none.
# Written by `benchpages init`; yours to change.
set -euo pipefail

file=$1
path=$2
branch=${DATA_BRANCH:?the branch that holds the history}
tries=10

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GIT_INDEX_FILE=$folder/index
export GIT_AUTHOR_NAME=${GIT_AUTHOR_NAME:-benchpages}
export GIT_AUTHOR_EMAIL=${GIT_AUTHOR_EMAIL:-41898282+github-actions[bot]@users.noreply.github.com}
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL

blob=$(git hash-object -w -- "$file")
for ((try = 1; try <= tries; try++)); do
  rm -f "$GIT_INDEX_FILE"
  parents=()
  # An origin that cannot be reached ends this; a branch that is not there is made.
  if [ -n "$(git ls-remote --heads origin "refs/heads/$branch")" ]; then
    git fetch --quiet origin "+refs/heads/$branch:refs/remotes/origin/$branch"
    tip=$(git rev-parse "refs/remotes/origin/$branch")
    parents=(-p "$tip")
    git read-tree "$tip"
    if git cat-file -e "$tip:$path" 2> "$folder/errors"; then
      [ "$(git rev-parse "$tip:$path")" = "$blob" ] && exit 0
      git cat-file blob "$tip:$path" > "$folder/there"
      size=$(wc -c < "$folder/there")
      # The log only grows: what is there must be its beginning.
      if [ "$path" != audit.ndjson ] || ! cmp -s -n "$size" "$folder/there" "$file"; then
        echo "benchpages: $path is there already, with other records" >&2
        exit 1
      fi
    fi
  else
    git read-tree --empty
  fi
  git update-index --add --cacheinfo "100644,$blob,$path"
  commit=$(git commit-tree "$(git write-tree)" "${parents[@]}" -m "history: $path")
  if git push --quiet origin "$commit:refs/heads/$branch" 2> "$folder/errors"; then
    exit 0
  fi
  # Not all at once again: a random part of a second more for each try.
  sleep "$(awk -v try="$try" -v luck="$RANDOM" 'BEGIN { print try * luck / 32768 }')"
done
cat "$folder/errors" >&2
echo "benchpages: $path could not be pushed to $branch in $tries tries" >&2
exit 1
