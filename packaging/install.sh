#!/bin/sh
# Installs benchpages from a release, after it has verified the checksum of the archive:
#   curl -fsSL https://benchpages.github.io/benchpages/install.sh | sh
#   sh install.sh --version 0.1.0 --to /usr/local/bin
# The program is put in place whole or not at all. BENCHPAGES_DOWNLOAD_URL names a mirror: a folder
# with one subfolder for each version (v0.1.0), which holds the archives and SHA256SUMS.
set -eu

version=0.1.0
to=
releases=${BENCHPAGES_DOWNLOAD_URL:-https://github.com/benchpages/benchpages/releases/download}
page=https://github.com/benchpages/benchpages/releases

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 1
}

usage() {
  cat <<TEXT
Usage: sh install.sh [--version VERSION] [--to DIR]

  --version VERSION  Release to install [default: $version]
  --to DIR           Folder for the program [default: ~/.local/bin]
TEXT
}

has() { command -v "$1" >/dev/null 2>&1; }

# The target of the archives that run on this machine.
target() {
  system=$(uname -s)
  machine=$(uname -m)
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) return 1 ;;
  esac
  case $system in
    # Linked statically, so any distribution will do.
    Linux) echo "$machine-unknown-linux-musl" ;;
    Darwin) echo "$machine-apple-darwin" ;;
    *) return 1 ;;
  esac
}

# Downloads URL to FILE. A part of a file counts as a failure.
download() { # URL FILE
  if has curl; then
    # The status says what curl's own messages leave out.
    status=$(curl --silent --show-error --location --retry 2 --output "$2" \
      --write-out '%{http_code}' "$1") || fail "cannot download $1; check the network and run this again"
    case $status in
      200) return 0 ;;
      404) absent "$1" ;;
      *) fail "cannot download $1: the server answers $status; run this again later" ;;
    esac
  elif has wget; then
    status=0
    wget --quiet --tries=2 --output-document="$2" "$1" || status=$?
    case $status in
      0) return 0 ;;
      8) absent "$1" ;;
      *) fail "cannot download $1; check the network and run this again" ;;
    esac
  fi
  fail 'neither curl nor wget is installed; install one of them and run this again'
}

absent() { # URL
  fail "$1 does not exist; choose a version that $page lists, with --version"
}

checksum() { # FILE
  if has sha256sum; then
    sha256sum <"$1"
  elif has shasum; then
    shasum -a 256 <"$1"
  elif has openssl; then
    openssl dgst -sha256 -r <"$1"
  else
    fail 'no program for SHA-256; install sha256sum, shasum or openssl and run this again'
  fi
}

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
      --version | --to)
        [ $# -ge 2 ] || fail "$1 needs a value; see sh install.sh --help"
        if [ "$1" = --to ]; then to=$2; else version=${2#v}; fi
        shift 2
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) fail "unknown argument $1; see sh install.sh --help" ;;
    esac
  done
  case $version in
    '' | *[!0-9A-Za-z.+-]*) fail "--version $version is no version; write one such as 0.1.0" ;;
  esac
  if [ -z "$to" ]; then
    [ -n "${HOME:-}" ] || fail 'HOME is not set; name a folder for the program with --to'
    to=$HOME/.local/bin
  fi
}

install() {
  target=$(target) ||
    fail "no release for $(uname -s) on $(uname -m); build it: cargo install --locked benchpages"
  name=benchpages-$version-$target
  work=$(mktemp -d)
  staged=
  trap 'rm -rf "$work" ${staged:+"$staged"}' EXIT
  trap 'exit 1' HUP INT TERM

  download "$releases/v$version/SHA256SUMS" "$work/SHA256SUMS"
  expected=$(awk -v name="$name.tar.gz" '$2 == name { print $1 }' "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "SHA256SUMS of version $version does not list $name.tar.gz; see $page"
  download "$releases/v$version/$name.tar.gz" "$work/archive"
  actual=$(checksum "$work/archive")
  actual=${actual%% *}
  [ "$actual" = "$expected" ] || fail "$name.tar.gz has the wrong checksum: $actual, not $expected.
Nothing was installed. Run this again; if it fails again, report it: $page"

  tar -xzf "$work/archive" -C "$work"
  mkdir -p "$to" || fail "cannot make the folder $to; name another one with --to"
  # Staged in the same folder, where a rename replaces the old program at once.
  staged=$to/.benchpages-$$
  cp "$work/$name/benchpages" "$staged" || fail "cannot write in $to; name another folder with --to"
  chmod 755 "$staged"
  "$staged" --version >"$work/version" || fail "$name does not run on this machine; nothing was installed"
  mv -f "$staged" "$to/benchpages"
  staged=
  printf 'Installed %s: %s\n' "$to/benchpages" "$(cat "$work/version")"
  case :${PATH:-}: in
    *":$to:"*) ;;
    *) printf 'Add the folder to your PATH: export PATH="%s:$PATH"\n' "$to" ;;
  esac
}

# Last, so that a part of this script does nothing.
parse "$@"
install
