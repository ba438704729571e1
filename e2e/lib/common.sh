# shellcheck shell=bash
# What the scripts under e2e/ share. Sourced, never run.

# shellcheck disable=SC2034
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '%s\n' "$*"; }
note() { printf '%s\n' "$*" >&2; }
die() { note "${0##*/}: $*"; exit 1; }
