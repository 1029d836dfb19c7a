#!/usr/bin/env bash
# scripts.sh FOLDER: every shell script below FOLDER parses, and shellcheck (where it is installed) finds
# no error or warning.
set -euo pipefail

cd "$1"
mapfile -t scripts < <(
  find scripts tests .ci -type f -name '*.sh' | sort
  find .ci -type f ! -name '*.sh' | sort
)
for script in "${scripts[@]}"; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then
  shellcheck --severity=warning --external-sources --source-path=SCRIPTDIR --shell=bash "${scripts[@]}"
fi
