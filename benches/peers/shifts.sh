#!/usr/bin/env bash
# Plans the same shifts by acdsim and by solvers in Python (HiGHS, OR-Tools' CP-SAT, pyworkforce) and prints a table.
# Needs Python 3.11 or later, and the network on its first run, to install the solvers.
#
#   benches/peers/shifts.sh [--seconds N]
#
# They are installed into target/peers-shifts, or into the folder that PEERS names.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${PEERS:-target/peers-shifts}

[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r benches/peers/requirements-shifts.txt
cargo build --locked --release
PYTHONDONTWRITEBYTECODE=1 "$folder/bin/python" benches/peers/shifts.py "${CARGO_TARGET_DIR:-target}/release/acdsim" "$@"
