#!/usr/bin/env bash
# hardening.sh PROGRAM: it is position independent, its relocations are read-only and bound at start, no memory of it is
# both writable and executable, its stack is guarded, and the C library checks the sizes of its buffers.
set -euo pipefail
export LC_ALL=C

program=$1
# Read whole before it is searched: a search that ends early would break the pipe.
header=$(readelf --wide --file-header "$program")
segments=$(readelf --wide --program-headers "$program")
dynamic=$(readelf --wide --dynamic "$program")
symbols=$(readelf --wide --dyn-syms "$program")
missing=0

has() {  # TEXT PATTERN NAME
  if ! grep -Eq -- "$2" <<<"$1"; then
    printf '%s: %s is missing\n' "$program" "$3" >&2
    missing=1
  fi
}

has "$header" 'Type:[[:space:]]+DYN' 'position independence (-fPIE -pie)'
has "$segments" 'GNU_RELRO' 'the read-only part of the relocations (-z relro)'
has "$dynamic" 'BIND_NOW|FLAGS_1.*NOW' 'binding at start (-z now)'
has "$segments" 'GNU_STACK.*RW[[:space:]]' 'a stack that cannot be executed (-z noexecstack)'
has "$symbols" '__stack_chk_fail' 'the guard of the stack (-fstack-protector-strong)'
has "$symbols" '__[a-z]+_chk(@|$|[[:space:]])' 'checked buffers (_FORTIFY_SOURCE)'
if grep -E 'LOAD' <<<"$segments" | grep -Eq 'RWE'; then
  printf '%s: a segment is writable and executable\n' "$program" >&2
  missing=1
fi
exit "$missing"
