#!/usr/bin/env python3
"""Races vaultrail's ingest: every command on the same log, in turn, several rounds, the least CPU and wall time of each.

    cargo build --release --bins --examples
    benches/compare/setup.sh
    benches/compare/run.py race | scale | small | single | verify | all

Logs are made where they are missing (--corpora). Counts must agree with the log's truth.json before a ratio is printed.
Tables are Markdown; commands and failures go to standard error.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# name -> arguments of the generator
CORPORA = {
    "trail": [],
    "double": ["--files", "800"],
    "small": ["--shape", "small"],
    "digests": ["--digests"],
    "lines": ["--shape", "lines"],
    "one": ["--shape", "one"],
}


def say(text):
    print(text, file=sys.stderr, flush=True)


# Starts a command and writes what it used. A process begins with the peak of the one that started it, so a small one does.
STARTER = """
import json, os, sys, time
began = time.perf_counter()
_, status, used = os.wait4(os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ), 0)
wall = time.perf_counter() - began
used = [used.ru_utime + used.ru_stime, wall, used.ru_maxrss, os.waitstatus_to_exitcode(status)]
os.write(int(sys.argv[1]), json.dumps(used).encode())
"""


class Bench:
    def __init__(self, args):
        self.args = args
        self.bin = Path(args.bin)
        self.python = str(Path(args.venv) / "bin" / "python")

    def example(self, name, *arguments):
        return [str(self.bin / "examples" / name), *map(str, arguments)]

    def audit(self, jobs, logs):
        gate = ["--fail-on", "never", "--insufficient", "ignore", "--format", "json", "-q"]
        return [str(self.bin / "vaultrail"), "audit", "--only", "LOG-01", *gate, "--jobs", str(jobs), logs]

    def corpus(self, name):
        """The log of that name and what is true of it; made if it is not there."""
        folder = Path(self.args.corpora) / name
        if not (folder / "truth.json").exists():
            say(f"making {folder}")
            subprocess.run(self.example("corpus", folder, *CORPORA[name]), check=True)
        truth = json.loads((folder / "truth.json").read_text())
        return str(folder / truth["logs"]), truth

    def run(self, command):
        """Seconds of CPU and of wall, peak MiB of the largest process, standard output, exit code."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
            starter = [sys.executable, "-S", "-c", STARTER, str(told.fileno()), *map(str, command)]
            errors = subprocess.DEVNULL if self.args.quiet else None
            subprocess.run(starter, stdout=out, stderr=errors, pass_fds=[told.fileno()], check=True)
            told.seek(0)
            out.seek(0)
            cpu, wall, rss, code = json.loads(told.read())
            return {"cpu": cpu, "wall": wall, "rss": rss / 1024, "code": code, "out": out.read()}

    def race(self, contestants, truth, warm):
        """Rounds in which each contestant runs once; answers the best of each that counts right."""
        subprocess.run(["find", warm, "-type", "f", "-exec", "cat", "{}", "+"], stdout=subprocess.DEVNULL, check=True)
        best = {}
        for number in range(self.args.rounds):
            for name, command in contestants.items():
                if number and name not in best:
                    continue
                found = self.run(command)
                say(f"round {number + 1}: {name}: {found['cpu']:.2f} s CPU, {found['wall']:.2f} s, {found['rss']:.0f} MiB")
                wrong = disagrees(found, truth)
                if wrong:
                    say(f"  LEFT OUT: {wrong}: {' '.join(command)}")
                    best.pop(name, None)
                    continue
                known = best.setdefault(name, found)
                best[name] = {
                    "cpu": min(known["cpu"], found["cpu"]),
                    "wall": min(known["wall"], found["wall"]),
                    "rss": max(known["rss"], found["rss"]),
                    "counts": counts(found),
                }
        return best


def counts(found):
    try:
        told = json.loads(found["out"])
    except ValueError:
        return {}
    if "inputs" not in told:
        return told
    # A report of `vaultrail audit`.
    records, coverage = told["inputs"]["records"], told["coverage"]
    return {
        "records": records["read"],
        "relevant": records["used"] + records["duplicate"],
        "pairs": {f"{pair['account']}/{pair['region']}": pair["events"] for pair in coverage},
        "decompressed_bytes": told["inputs"]["bytes"]["decompressed"],
    }


def disagrees(found, truth):
    """Why the outcome cannot be compared; None if it can."""
    if found["code"] != 0:
        return f"exit code {found['code']}"
    told = counts(found)
    for key in ("records", "relevant", "pairs", "decompressed_bytes"):
        if told.get(key) is not None and told[key] != truth[key]:
            return f"{key}: {told[key]}, the log has {truth[key]}"
    return None


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def race(bench):
    logs, truth = bench.corpus("trail")
    out = truth["decompressed_bytes"] / 1e9

    def script(name, *arguments):
        return [bench.python, str(HERE / name), logs, "2", *arguments]

    contestants = {
        "libdeflate only, 1 thread": bench.example("inflate", "--jobs", 1, logs),
        "vaultrail ingest, 1 thread": bench.example("ingest", "--jobs", 1, logs),
        "zlib-rs only, 1 thread": bench.example("inflate", "--jobs", 1, "--with", "zlib-rs", logs),
        "libdeflate only": bench.example("inflate", "--jobs", 2, logs),
        "vaultrail ingest": bench.example("ingest", "--jobs", 2, logs),
        "vaultrail audit --only LOG-01": bench.audit(2, logs),
        "gzip -dc": [str(HERE / "with_gzip.sh"), logs, "2"],
        "chDB: relevant records whole": script("with_chdb.py", "select"),
        "chDB: members typed": script("with_chdb.py", "typed"),
        "chDB: counts two fields": script("with_chdb.py", "count"),
        "Python: isal + orjson": script("with_python.py"),
        "polars: relevant records whole": script("with_polars.py", "whole"),
        "polars: members that are text": script("with_polars.py", "flat"),
        "DuckDB: read_json": script("with_duckdb.py", "read_json"),
        "DuckDB: json_transform": script("with_duckdb.py", "transform"),
        "DuckDB: counts, four fields": script("with_duckdb.py", "count"),
        "jq": [str(HERE / "with_jq.sh"), logs, "2"],
    }
    if bench.args.only:
        wanted = bench.args.only.split(",")
        contestants = {k: v for k, v in contestants.items() if "vaultrail" in k or any(w in k for w in wanted)}
    best = bench.race(contestants, truth, logs)
    own = best["vaultrail ingest"]
    print(f"\n{truth['files']} files, {truth['records']:,} records, {out:.2f} GB decompressed, {truth['relevant']:,} relevant. "
          "Two threads or processes unless said otherwise.\n")
    table(
        ["", "CPU s", "CPU s/GB", "wall s", "peak MiB", "CPU, vaultrail = 1", "wall, vaultrail = 1"],
        [
            [name, f"{b['cpu']:.2f}", f"{b['cpu'] / out:.2f}", f"{b['wall']:.2f}", f"{b['rss']:.0f}",
             f"{b['cpu'] / own['cpu']:.2f}", f"{b['wall'] / own['wall']:.2f}"]
            for name, b in best.items()
        ],
    )
    bars(best, [
        ("libdeflate only, 1 thread", "vaultrail ingest, 1 thread", 0.72),
        ("DuckDB: read_json", "vaultrail ingest", 30),
        ("jq", "vaultrail ingest", 20),
        ("Python: isal + orjson", "vaultrail ingest", 8),
        ("chDB: relevant records whole", "vaultrail ingest", 4),
        ("gzip -dc", "vaultrail ingest", 3.5),
        ("chDB: counts two fields", "vaultrail ingest", 2),
    ])


def bars(best, wanted):
    rows = []
    for other, own, bar in wanted:
        if other in best and own in best:
            ratio = best[other]["cpu"] / best[own]["cpu"]
            rows.append([f"{other} / {own}", f"{bar}", f"{ratio:.2f}", "yes" if ratio >= bar else "**no**"])
    table(["CPU of", "at least", "measured", "reached"], rows)


def scale(bench):
    logs, truth = bench.corpus("trail")
    double, truth_of_double = bench.corpus("double")
    once = {
        "ingest, 1 thread": bench.example("ingest", "--jobs", 1, logs),
        "ingest, 2 threads": bench.example("ingest", "--jobs", 2, logs),
        "audit --only LOG-01, 1 thread": bench.audit(1, logs),
        "audit --only LOG-01, 2 threads": bench.audit(2, logs),
    }
    best = bench.race(once, truth, logs)
    twice = {"ingest, 1 thread, log twice as long": bench.example("ingest", "--jobs", 1, double),
             "ingest, 2 threads, log twice as long": bench.example("ingest", "--jobs", 2, double)}
    best |= bench.race(twice, truth_of_double, double)
    table(["", "CPU s", "wall s", "peak MiB"],
          [[name, f"{b['cpu']:.2f}", f"{b['wall']:.2f}", f"{b['rss']:.1f}"] for name, b in best.items()])
    one, two = best["ingest, 1 thread"], best["ingest, 2 threads"]
    longer = best["ingest, 2 threads, log twice as long"]
    table(["", "bound", "measured"], [
        ["wall of 1 thread / of 2", "at least 1.8", f"{one['wall'] / two['wall']:.2f}"],
        ["CPU of 2 threads / of 1", "flat", f"{two['cpu'] / one['cpu']:.2f}"],
        ["peak MiB, 2 threads", "under 95 (100 MB)", f"{two['rss']:.1f}"],
        ["peak, log twice as long / once", "at most 1.10", f"{longer['rss'] / two['rss']:.2f}"],
    ])


def small(bench):
    logs, truth = bench.corpus("small")
    contestants = {
        "libdeflate only, 1 thread": bench.example("inflate", "--jobs", 1, logs),
        "vaultrail ingest, 1 thread": bench.example("ingest", "--jobs", 1, logs),
        "vaultrail ingest, 2 threads": bench.example("ingest", "--jobs", 2, logs),
    }
    best = bench.race(contestants, truth, logs)
    files = truth["files"]
    print(f"\n{files:,} files of {truth['decompressed_bytes'] / files / 1e3:.0f} KB; vaultrail: under 60 µs of CPU a file.\n")
    table(["", "CPU µs a file", "CPU s", "wall s", "peak MiB"],
          [[name, f"{b['cpu'] / files * 1e6:.1f}", f"{b['cpu']:.2f}", f"{b['wall']:.2f}", f"{b['rss']:.1f}"]
           for name, b in best.items()])


def single(bench):
    rows = []
    for name in ("lines", "one"):
        logs, truth = bench.corpus(name)
        contestants = {f"{name}, {jobs} threads": bench.example("ingest", "--jobs", jobs, logs) for jobs in (1, 2)}
        for title, b in bench.race(contestants, truth, logs).items():
            speed = truth["decompressed_bytes"] / 1e9
            rows.append([title, f"{speed:.2f}", f"{b['cpu']:.2f}", f"{b['cpu'] / speed:.2f}", f"{b['wall']:.2f}", f"{b['rss']:.0f}"])
    table(["one file", "GB", "CPU s", "CPU s/GB", "wall s", "peak MiB"], rows)


def verify(bench):
    logs, truth = bench.corpus("digests")
    command = [str(bench.bin / "vaultrail"), "verify", logs]
    if subprocess.run([command[0], "verify", "--help"], capture_output=True, check=False).returncode != 0:
        return say("verify: this vaultrail has no such command; not measured")
    contestants = {
        "libdeflate and SHA-256, 1 thread": bench.example("inflate", "--jobs", 1, "--sha256", logs),
        "vaultrail verify, 1 thread": [*command, "--jobs", "1"],
        "libdeflate and SHA-256, 2 threads": bench.example("inflate", "--jobs", 2, "--sha256", logs),
        "vaultrail verify, 2 threads": [*command, "--jobs", "2"],
    }
    # The digests are decompressed as well, which truth.json does not count; what verify prints is for people.
    best = {}
    for number in range(bench.args.rounds):
        for name, argv in contestants.items():
            found = bench.run(argv)
            say(f"round {number + 1}: {name}: {found['cpu']:.2f} s CPU, exit code {found['code']}")
            known = best.setdefault(name, found)
            best[name] = {key: min(known[key], found[key]) for key in ("cpu", "wall", "rss", "code")}
    table(["", "CPU s", "wall s", "peak MiB", "exit code"],
          [[name, f"{b['cpu']:.2f}", f"{b['wall']:.2f}", f"{b['rss']:.1f}", str(b["code"])] for name, b in best.items()])
    for threads in ("1 thread", "2 threads"):
        own, bound = best[f"vaultrail verify, {threads}"], best[f"libdeflate and SHA-256, {threads}"]
        print(f"{threads}: CPU {own['cpu'] / bound['cpu']:.2f} times decompression and SHA-256 (at most 1.2)\n")


JOBS = {"race": race, "scale": scale, "small": small, "single": single, "verify": verify}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", choices=[*JOBS, "all"])
    parser.add_argument("--corpora", default=ROOT / "target" / "corpora", help="folder of the logs")
    parser.add_argument("--venv", default=ROOT / "target" / "compare-venv", help="what setup.sh made")
    parser.add_argument("--bin", default=ROOT / "target" / "release", help="what cargo built")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="race: contestants whose names contain one of these, comma-separated")
    parser.add_argument("-q", "--quiet", action="store_true", help="hide what the commands say on standard error")
    args = parser.parse_args()
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    bench = Bench(args)
    for name in JOBS if args.job == "all" else [args.job]:
        print(f"### {name}\n", flush=True)
        JOBS[name](bench)


if __name__ == "__main__":
    main()
