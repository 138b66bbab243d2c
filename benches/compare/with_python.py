"""isal inflates, orjson parses, two processes.   with_python.py FOLDER THREADS"""

import glob
import multiprocessing
import sys

import orjson
from isal import igzip

from selection import is_used, report


def read(path):
    with open(path, "rb") as file:
        records = orjson.loads(igzip.decompress(file.read()))["Records"]
    counts, relevant = {}, []
    for record in records:
        key = (record["recipientAccountId"], record["awsRegion"], record["eventTime"][:13])
        counts[key] = counts.get(key, 0) + 1
        if is_used(record["eventSource"], record["eventName"]):
            relevant.append(record)
    return counts, relevant


if __name__ == "__main__":
    files = glob.glob(f"{sys.argv[1]}/**/*.json.gz", recursive=True)
    rows, relevant = [], []
    with multiprocessing.Pool(int(sys.argv[2])) as pool:
        for counts, found in pool.imap_unordered(read, files, chunksize=8):
            rows.extend((*key, count) for key, count in counts.items())
            relevant.extend(found)
    report(rows, len(relevant))
