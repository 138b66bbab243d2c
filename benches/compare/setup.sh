#!/usr/bin/env bash
# Installs what vaultrail is raced against: jq and gzip from the system, the rest from PyPI into a virtual environment.
#
#   benches/compare/setup.sh [VENV]        default: target/compare-venv
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${1:-$here/../../target/compare-venv}

missing=()
for tool in jq gzip xargs; do command -v "$tool" >/dev/null || missing+=("${tool/xargs/findutils}"); done
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -q && apt-get install -qy "${missing[@]}"
fi
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install -q -r "$here/requirements.txt"
"$venv/bin/pip" freeze
jq --version
gzip --version | head -1
