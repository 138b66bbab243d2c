"""DuckDB.   with_duckdb.py FOLDER THREADS read_json|transform|count

read_json: its JSON reader with the columns given. transform: each file as one text, cut into records and these into
members by json_transform, which is several times faster. count: the same, only accounts, Regions and the two members that
decide what is relevant; nothing else is looked at and no record kept.
"""

import sys

import duckdb

from selection import report, sql

folder, threads, how = sys.argv[1:]
files = f"'{folder}/**/*.json.gz'"
limit = "maximum_object_size = 67108864"
names = ["eventSource", "eventName", "awsRegion", "recipientAccountId"]
if how != "count":
    names.append("eventTime")
used = sql("eventSource", "eventName", "starts_with")
quoted = ",".join(f'"{name}":"VARCHAR"' for name in names)
texts = f"read_json_objects({files}, format = 'newline_delimited', {limit})"
if how == "read_json":
    bodies = ["userIdentity", "requestParameters", "responseElements", "serviceEventDetails", "resources", "additionalEventData"]
    flat = ["eventID", "errorCode", "errorMessage", "sourceIPAddress", "userAgent"]
    members = ", ".join([f"{name} VARCHAR" for name in names + flat] + [f"{name} JSON" for name in bodies])
    rows = f"""select r as body, unnest(r) from (select unnest(Records) as r from read_json({files},
        columns = {{Records: 'STRUCT({members})[]'}}, format = 'newline_delimited', auto_detect = false, {limit}))"""
elif how == "transform":
    rows = f"""select body, unnest(json_transform(body, '{{{quoted}}}')) from
        (select unnest(json_transform(json, '{{"Records":["JSON"]}}').Records) as body from {texts})"""
else:
    rows = f"""select unnest(json_transform(json, '{{"Records":[{{{quoted}}}]}}').Records, recursive := true) from {texts}"""

database = duckdb.connect()
database.execute(f"set threads = {threads}; set preserve_insertion_order = false")
if how == "count":
    found = database.execute(
        f"select recipientAccountId, awsRegion, count(*) filter ({used}), count(*) from ({rows}) group by all"
    ).fetchall()
    relevant = sum(row[2] for row in found)
else:
    found = database.execute(
        f"select recipientAccountId, awsRegion, eventTime[:13] as hour, list(body) filter ({used}), count(*) from ({rows}) group by all"
    ).fetchall()
    relevant = sum(len(row[3] or []) for row in found)
report(found, relevant)
