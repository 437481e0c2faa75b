#!/usr/bin/env bash
# Moves old records on the history branch to its archive:
#   benchpages-rotate.sh
# A job that loses the race to push fetches the new state and tries again. The script changes neither
# the working tree nor the index.
# Written by `benchpages init`; yours to change.
set -euo pipefail

branch=${DATA_BRANCH:?set it to the history branch}
tries=10

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GIT_INDEX_FILE=$folder/index
export GIT_AUTHOR_NAME=${GIT_AUTHOR_NAME:-benchpages}
export GIT_AUTHOR_EMAIL=${GIT_AUTHOR_EMAIL:-41898282+github-actions[bot]@users.noreply.github.com}
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL

if [ -z "$(git ls-remote --heads origin "refs/heads/$branch")" ]; then
  echo "No history yet: there is no branch $branch."
  exit 0
fi
for ((try = 1; try <= tries; try++)); do
  git fetch --quiet origin "+refs/heads/$branch:refs/remotes/origin/$branch"
  tip=$(git rev-parse "refs/remotes/origin/$branch")
  rm -rf "$folder/history" "$GIT_INDEX_FILE"
  mkdir "$folder/history"
  git archive "$tip" | tar -x -C "$folder/history"
  # The policy is the one that is reviewed on this branch.
  benchpages rotate --with-pulls --data "$folder/history" --policy data/policy.yml
  git read-tree "$tip"
  git --work-tree="$folder/history" add --all --force .
  tree=$(git write-tree)
  [ "$tree" != "$(git rev-parse "$tip^{tree}")" ] || exit 0
  commit=$(git commit-tree "$tree" -p "$tip" -m "history: rotate")
  if git push --quiet origin "$commit:refs/heads/$branch" 2> "$folder/errors"; then
    exit 0
  fi
  # Waits a random time that grows by up to a second per try, so that jobs do not collide again.
  sleep "$(awk -v try="$try" -v luck="$RANDOM" 'BEGIN { print try * luck / 32768 }')"
done
cat "$folder/errors" >&2
echo "benchpages: could not push to $branch in $tries tries; run this job again" >&2
exit 1
