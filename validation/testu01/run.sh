#!/bin/sh
# Builds the harness and runs a battery of TestU01 on one walk through the streams:
#
#   validation/testu01/run.sh small|crush WALK high|reversed SEED [TEST ...]
#   validation/testu01/run.sh time|coincide WALK high|reversed SEED
#
# Walks: seed replication type caller attempt leg purpose within interleaved grid day; turns (all of them in turn); and
# control (a bad generator, which the battery must fail).
#
# Needs TestU01 1.2.3 with its headers (the main section of Debian 12 does not have it). TESTU01=/some/prefix names an
# installation outside /usr.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
cargo build --release --quiet
prefix=${TESTU01:-/usr}
include=$prefix/include
[ -f "$include/TestU01.h" ] || include=$prefix/include/testu01
target=${CARGO_TARGET_DIR:-target}
cc -O2 -Wall -I"$include" battery.c "$target/release/libacdsim_testu01.a" \
    -L"$prefix/lib" -ltestu01 -lprobdist -lmylib -lm -lpthread -ldl -o "$target/battery"
exec "$target/battery" "$@"
