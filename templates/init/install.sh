#!/usr/bin/env bash
# Installs the program that this repository pins, for the steps of a job that follow:
#   benchpages-install.sh download   the release, verified; sets the output `build` if it must be built
#   benchpages-install.sh build      the same commit from its source
# To update, run `benchpages init` of another version, or change the three values below.
# Written by `benchpages init`; yours to change.
#
# An archive counts if its SHA-256 is in `checksums`. Where that list is empty, GitHub must attest that
# the release workflow of benchpages made the archive from exactly this commit. An archive that fails
# this is never unpacked, and ends the job. Only where a release has no archive for this system, or is
# of another commit, the pinned commit is built.
#
# A runner that has this version already, in its image or set up by you, downloads nothing.
set -euo pipefail

version=${BENCHPAGES_VERSION-__VERSION__}
commit=${BENCHPAGES_COMMIT-__COMMIT__}
# Of all archives of the release, separated by spaces.
checksums=${BENCHPAGES_SHA256-__CHECKSUMS__}

repository=benchpages/benchpages
releases=${BENCHPAGES_DOWNLOAD_URL:-https://github.com/$repository/releases/download}
# Emptied between jobs, on runners that stay as well.
folder=${RUNNER_TEMP:?set it to a folder of this job}/benchpages

fail() {
  echo "::error::benchpages-install.sh: $1"
  exit 1
}

# Leaves the rest to the step that builds. It may use a cache, which is named by what is built.
build_instead() { # WHY
  echo "::notice::benchpages is built from its source: $1"
  local source=${BENCHPAGES_SOURCE_HASH:-${commit:-v$version}} system
  system=$(uname -s | tr -c 'A-Za-z0-9\n' -)
  echo "build=$source-$system-$(uname -m)" >> "$GITHUB_OUTPUT"
  exit 0
}

target() {
  case "$(uname -s) $(uname -m)" in
    "Linux x86_64") echo x86_64-unknown-linux-musl ;;
    "Linux aarch64") echo aarch64-unknown-linux-musl ;;
    "Darwin x86_64") echo x86_64-apple-darwin ;;
    "Darwin arm64") echo aarch64-apple-darwin ;;
    MINGW*" x86_64" | MSYS*" x86_64") echo x86_64-pc-windows-msvc ;;
    *) return 1 ;;
  esac
}

checksum() { # FILE
  if command -v sha256sum > /dev/null; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi | cut -d ' ' -f 1
}

attested() { # FILE OPTIONS…
  gh attestation verify "$1" --repo "$repository" --source-ref "refs/tags/v$version" \
    --signer-workflow "$repository/.github/workflows/release.yml" --deny-self-hosted-runners "${@:2}" >&2
}

verify() { # FILE
  local actual
  actual=$(checksum "$1")
  if [ -n "$checksums" ]; then
    case " $checksums " in
      *" $actual "*) return 0 ;;
      *) fail "${1##*/} has the checksum $actual, which is not pinned here" ;;
    esac
  fi
  command -v gh > /dev/null || build_instead "no checksum is pinned, and gh is not installed"
  attested "$1" ${commit:+--source-digest "$commit"} && return 0
  # A release may be of another commit than the pinned one. It is no forgery, and is not used.
  if [ -n "$commit" ] && attested "$1"; then
    build_instead "the release $version is not of the commit $commit"
  fi
  fail "GitHub does not attest that ${1##*/} ($actual) is a release of $repository; run this job again"
}

# Whether the runner came with exactly the pinned program. This step comes before any code of the
# project, so nothing of this job put it there.
present() {
  local found
  found=$(benchpages --version 2> /dev/null) || return 1
  case $found in
    "benchpages $version") [ -z "$commit" ] ;;
    "benchpages $version (${commit:0:8} "*) [ -n "$commit" ] ;;
    *) return 1 ;;
  esac
}

download() {
  local target name end status
  [ -n "$version" ] || build_instead "the action is not pinned to a release"
  if present; then
    echo "This runner has benchpages $version"
    return
  fi
  target=$(target) || build_instead "no release for $(uname -s) on $(uname -m)"
  name=benchpages-$version-$target
  case $target in *windows*) end=zip ;; *) end=tar.gz ;; esac
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  status=$(curl --silent --show-error --location --retry 3 --output "$work/$name.$end" \
    --write-out '%{http_code}' "$releases/v$version/$name.$end") ||
    fail "cannot download $releases/v$version/$name.$end; run this job again"
  case $status in
    200) ;;
    404) build_instead "$releases/v$version/$name.$end does not exist" ;;
    *) fail "cannot download $name.$end: the server answers $status; run this job again" ;;
  esac
  verify "$work/$name.$end"
  case $end in
    zip) unzip -q "$work/$name.$end" -d "$work" ;;
    *) tar -xzf "$work/$name.$end" -C "$work" ;;
  esac
  mkdir -p "$folder/bin"
  cp "$work/$name"/benchpages* "$folder/bin/"
  echo "Installed benchpages $version, verified"
}

build() {
  if [ -n "$version" ] && present; then return; fi
  command -v cargo > /dev/null || fail "cargo is not installed; install Rust in a step before this one"
  local source=(benchpages --git "https://github.com/$repository")
  if [ -n "${BENCHPAGES_SOURCE:-}" ]; then
    source=(--path "$BENCHPAGES_SOURCE")
  elif [ -n "$commit" ]; then
    source+=(--rev "$commit")
  else
    source+=(--tag "v$version")
  fi
  cargo install --quiet --locked --root "$folder" "${source[@]}"
}

case ${1:-} in
  download)
    bin=$folder/bin
    # Windows programs read this path.
    if command -v cygpath > /dev/null; then bin=$(cygpath --windows "$bin"); fi
    echo "$bin" >> "$GITHUB_PATH"
    download
    ;;
  build) build ;;
  *) fail "write download or build" ;;
esac
