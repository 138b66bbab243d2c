"""polars.   with_polars.py FOLDER THREADS whole|flat

isal inflates and polars parses, a file a thread: as fast as `scan_ndjson` over the compressed files. whole: `read_ndjson`,
which makes text of the nested members. flat: `read_json`, which is faster and cannot; the members that are text only.
"""

import glob
import os
import sys
from concurrent.futures import ThreadPoolExecutor

folder, threads, how = sys.argv[1:]
os.environ["POLARS_MAX_THREADS"] = threads
import polars as pl  # noqa: E402: reads the environment when imported
from isal import igzip  # noqa: E402

import selection  # noqa: E402

TEXT = "eventSource eventName awsRegion recipientAccountId eventTime eventID errorCode errorMessage sourceIPAddress userAgent".split()
# polars has no type for "any JSON" that it leaves alone: a nested member declared as text comes out as its JSON.
BODIES = "userIdentity requestParameters responseElements serviceEventDetails resources additionalEventData".split()
MEMBERS = TEXT + BODIES if how == "whole" else TEXT
SCHEMA = {"Records": pl.List(pl.Struct({name: pl.String for name in MEMBERS}))}
PARSE = pl.read_ndjson if how == "whole" else pl.read_json


def reads(name):
    found = name.str.starts_with(selection.READS[0])
    for verb in selection.READS[1:]:
        found |= name.str.starts_with(verb)
    return found


def used():
    source, name = pl.col("eventSource"), pl.col("eventName")
    full = source.is_in(selection._hosts(selection.ALL_BUT_LISTINGS))
    changes = source.is_in(selection._hosts(selection.CHANGES_ONLY))
    return (
        (full & (~reads(name) | name.is_in(selection.READS_THAT_COUNT)))
        | (changes & ~reads(name))
        | ((source == "s3.amazonaws.com") & name.is_in(selection.BUCKET_CALLS))
    )


def read(path):
    with open(path, "rb") as file:
        text = igzip.decompress(file.read())
    records = PARSE(text, schema=SCHEMA).explode("Records").unnest("Records")
    key = ["recipientAccountId", "awsRegion", pl.col("eventTime").str.slice(0, 13)]
    return records.group_by(key).len(), records.filter(used())


files = glob.glob(f"{folder}/**/*.json.gz", recursive=True)
with ThreadPoolExecutor(int(threads)) as pool:
    done = list(pool.map(read, files))
relevant = pl.concat([found for _, found in done])
selection.report([row for counts, _ in done for row in counts.iter_rows()], len(relevant))
