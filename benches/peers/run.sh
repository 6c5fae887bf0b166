#!/usr/bin/env bash
# Races acdsim and its peers in Python (SimPy, Ciw, a kernel compiled by numba) and prints a table.
# Needs Python 3.11 or later, and the network on its first run, to install the peers.
#
#   benches/peers/run.sh [--write] [--rounds N]
#
# --write also puts the table into docs/performance.md. The peers are installed into target/peers, or into the folder that
# PEERS names.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${PEERS:-target/peers}

[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r benches/peers/requirements.txt
cargo build --locked --release
PYTHONPATH=benches PYTHONDONTWRITEBYTECODE=1 "$folder/bin/python" benches/peers/compare.py \
    "${CARGO_TARGET_DIR:-target}/release/acdsim" "$@"
