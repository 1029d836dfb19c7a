#!/usr/bin/env bash
# unit.sh FOLDER: the systemd unit below FOLDER is one that systemd takes, and its exposure, as
# `systemd-analyze security` counts it (0.0 to 10.0), is 1.5 at most. Without systemd 250 or newer there is
# nothing to ask: then only the settings are looked for that no machine may miss.
set -euo pipefail

template=$1/scripts/systemd/genisys-connector.service.in
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unit=$folder/genisys-connector.service
# The program is not installed where this runs; the two of the unit are the build's.
sed -e 's|@CMAKE_INSTALL_FULL_BINDIR@/genisys-connector|/bin/true|' \
  -e 's|@CMAKE_INSTALL_FULL_DOCDIR@|/usr/share/doc|' "$template" >"$unit"
if grep -n '@[A-Z_]*@' "$unit"; then
  echo "the unit has a placeholder that nobody fills in" >&2
  exit 1
fi

for setting in Type=notify WatchdogSec=30 Restart=always "RestartPreventExitStatus=2 5" \
  NoNewPrivileges=yes CapabilityBoundingSet= LimitCORE=0; do
  grep -qxF -- "$setting" "$unit" || { echo "the unit lacks $setting" >&2; exit 1; }
done

command -v systemd-analyze >/dev/null || exit 0
# Warnings about the machine, such as units that are not here, are not about the unit.
if systemd-analyze verify --man=no "$unit" 2>&1 | grep -F "$unit" | grep -v 'Failed to add dependency'; then
  exit 1
fi
systemd-analyze security --offline=true --threshold=15 --no-pager "$unit" | tail -n 1
