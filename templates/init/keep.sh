#!/usr/bin/env bash
# Adds one new file to the history branch, or replaces the audit log by a longer one:
#   benchpages-keep.sh FILE PATH-IN-THE-BRANCH
# Every job has its own path. A job that loses the race to push fetches the new state and tries again.
# The script changes neither the working tree nor the index. It creates the branch if necessary.
# Written by `benchpages init`; yours to change.
set -euo pipefail

file=$1
path=$2
branch=${DATA_BRANCH:?set it to the history branch}
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
  # An unreachable origin ends the script; a missing branch is created.
  if [ -n "$(git ls-remote --heads origin "refs/heads/$branch")" ]; then
    git fetch --quiet origin "+refs/heads/$branch:refs/remotes/origin/$branch"
    tip=$(git rev-parse "refs/remotes/origin/$branch")
    parents=(-p "$tip")
    git read-tree "$tip"
    if git cat-file -e "$tip:$path" 2> "$folder/errors"; then
      [ "$(git rev-parse "$tip:$path")" = "$blob" ] && exit 0
      git cat-file blob "$tip:$path" > "$folder/there"
      size=$(wc -c < "$folder/there")
      # The log only grows: the new log must begin with the existing one.
      if [ "$path" != audit.ndjson ] || ! cmp -s -n "$size" "$folder/there" "$file"; then
        echo "benchpages: $path already exists on $branch with other content" >&2
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
  # Waits a random time that grows by up to a second per try, so that jobs do not collide again.
  sleep "$(awk -v try="$try" -v luck="$RANDOM" 'BEGIN { print try * luck / 32768 }')"
done
cat "$folder/errors" >&2
echo "benchpages: could not push $path to $branch in $tries tries; run this job again" >&2
exit 1
