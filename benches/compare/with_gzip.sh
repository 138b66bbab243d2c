#!/usr/bin/env bash
# gzip -dc to nowhere, two processes at a time.   with_gzip.sh FOLDER THREADS
set -euo pipefail
find "$1" -name '*.json.gz' -print0 | xargs -0 -P "$2" -n 20 gzip -dc >/dev/null
