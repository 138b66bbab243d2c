#!/usr/bin/env bash
# jq over gzip, two processes at a time.   with_jq.sh FOLDER THREADS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# shellcheck disable=SC2016
find "$1" -name '*.json.gz' -print0 |
    xargs -0 -P "$2" -n 20 sh -c 'gzip -dc "$@" | jq -c -f "$0/select.jq" >"'"$out"'/$$"' "$here"
cat "$out"/* | jq -c -s '
    [.[] | .counts // empty | to_entries[]] as $counts
    | {records: ($counts | map(.value) | add),
       relevant: (map(select(.eventID)) | length),
       pairs: ($counts | group_by(.key | split("/")[:2])
               | map({key: (.[0].key | split("/")[:2] | join("/")), value: (map(.value) | add)}) | from_entries)}'
