"""chDB, ClickHouse in a process.   with_chdb.py FOLDER THREADS select|typed|count

select: the list of records read as texts, of each the members that matter by JSONExtract (simdjson), the relevant texts
kept. typed: the members as columns of a nested tuple, all records' alike. count: accounts and Regions only.
"""

import json
import sys

import chdb

from selection import report, sql

folder, threads, how = sys.argv[1:]
files = f"{folder}/**/*.json.gz"
used = sql("source", "name", "startsWith")
names = "eventSource String, eventName String, awsRegion String, recipientAccountId String, eventTime String"
members = "r.1 as source, r.2 as name, r.3 as region, r.4 as account, substring(r.5, 1, 13) as hour"


def table(type_of_records):
    return f"file('{files}', 'JSONEachRow', 'Records {type_of_records}')"


if how == "select":
    rows = f"""select body, JSONExtract(body, 'Tuple({names})') as r, {members} from
        (select arrayJoin(Records) as body from {table("Array(String)")})"""
elif how == "typed":
    others = ", ".join(
        f"{name} String"
        for name in (
            "eventID errorCode errorMessage sourceIPAddress userAgent userIdentity requestParameters responseElements "
            "serviceEventDetails resources additionalEventData"
        ).split()
    )
    rows = f"select arrayJoin(Records) as r, r as body, {members} from {table(f'Array(Tuple({names}, {others}))')}"
else:
    rows = f"select r.1 as region, r.2 as account from (select arrayJoin(Records) as r from {table('Array(Tuple(awsRegion String, recipientAccountId String))')})"
if how == "count":
    query = f"select account, region, count() as n from ({rows}) group by account, region"
else:
    query = f"select account, region, hour, groupArrayIf(body, {used}) as bodies, count() as n from ({rows}) group by account, region, hour"
result = chdb.query(f"{query} settings max_threads = {threads}, output_format_json_quote_64bit_integers = 0", "JSONCompactEachRow")
found = [json.loads(line) for line in str(result).splitlines()]
report(found, None if how == "count" else sum(len(row[3]) for row in found))
