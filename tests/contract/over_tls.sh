#!/usr/bin/env bash
# Runs the contract of engines over TLS: on an engine of its own (scripts/test-engine.sh start --tls) with
# certificates that live for a day.
#
#   over_tls.sh CONTRACT_TEST [argument of it…]
set -euo pipefail

[ "${GENISYS_TEST_ENGINE:-}" != none ] || exit 77
program=$1
shift
scripts=$(cd "$(dirname "$0")/../../scripts" && pwd)
folder=$(mktemp -d)
engine=''
finish() {
  [ -z "$engine" ] || "$scripts/test-engine.sh" stop "$engine"
  rm -rf "$folder"
}
trap finish EXIT

address=169.254.$((RANDOM % 200 + 20)).$((RANDOM % 60 * 4 + 2))
key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
issue() {  # NAME CERTIFICATE KEY EXTENSION…
  openssl req "${key[@]}" -subj "/CN=$1" -keyout "$folder/$3" -out "$folder/request" 2>/dev/null
  printf '%s\n' "${@:4}" >"$folder/extensions"
  openssl x509 -req -in "$folder/request" -CA "$folder/ca.pem" -CAkey "$folder/ca-key.pem" -days 1 \
    -extfile "$folder/extensions" -out "$folder/$2" 2>/dev/null
}
openssl req -x509 "${key[@]}" -days 1 -subj '/CN=contract' -keyout "$folder/ca-key.pem" -out "$folder/ca.pem" \
  2>/dev/null
issue engine server-cert.pem server-key.pem "subjectAltName=IP:$address" 'extendedKeyUsage=serverAuth'
issue client cert.pem key.pem 'extendedKeyUsage=clientAuth'

addresses=$("$scripts/test-engine.sh" start --tls "$folder" "$address")
engine=$(sed -n 1p <<<"$addresses")
export GENISYS_TEST_DOCKER_HOST DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$folder
GENISYS_TEST_DOCKER_HOST=$(sed -n 2p <<<"$addresses")
unset GENISYS_TEST_IMAGE
"$program" --gtest_filter="Real/*" "$@"
