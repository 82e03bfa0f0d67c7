#!/usr/bin/env python3
"""Runs libFuzzer targets one after the other for so many CPU minutes each; what `./run fuzz` calls.

Starts from tests/fuzz/{seeds,found}/NAME and the corpus of earlier runs, which stays beside the
build. Prints for each target its executions, the edges it reached and its crashes. A crashing input
is kept, with the line that repeats it. Exit 1 on any crash, 2 for a target that does not exist.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
POLL_SECONDS = 0.5
INTERRUPTED = 72  # libFuzzer's own exit code


def cpu_seconds(pid):
    """Of the process, all its threads; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def command(program, name, state):
    corpus, crashes = state / "corpus" / name, state / "crashes" / name
    for folder in (corpus, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    line = [str(program), str(corpus)]
    line += [str(HERE / kind / name) for kind in ("seeds", "found") if (HERE / kind / name).is_dir()]
    line += [f"-artifact_prefix={crashes}/", "-print_final_stats=1", "-timeout=20",
             "-rss_limit_mb=2048", "-verbosity=1"]
    words = HERE / "words" / f"{name}.dict"
    return line + ([f"-dict={words}"] if words.is_file() else []), crashes


def run(program, name, state, minutes):
    line, crashes = command(program, name, state)
    before = set(crashes.iterdir())
    log = state / f"{name}.log"
    used = 0.0
    with log.open("wb") as out:
        child = subprocess.Popen(line, stdout=out, stderr=subprocess.STDOUT)
        stopped = False
        while child.poll() is None:
            used = max(used, cpu_seconds(child.pid))
            if used >= minutes * 60 and not stopped:
                child.send_signal(signal.SIGINT)
                stopped = True
            time.sleep(POLL_SECONDS)
    text = log.read_text(errors="replace")
    units = re.findall(r"stat::number_of_executed_units: (\d+)", text) or re.findall(
        r"^#(\d+)\s", text, re.M)
    edges = re.findall(r"cov: (\d+)", text)
    found = sorted(str(path) for path in set(crashes.iterdir()) - before)
    ended = child.returncode in (0, INTERRUPTED) if stopped else False
    return {"target": name, "executions": int(units[-1]) if units else 0,
            "edges": int(edges[-1]) if edges else 0, "cpu_seconds": round(used),
            "clean": ended and not found, "found": found, "log": str(log)}


def show(result, program):
    print(f"{result['target']:14} {result['executions']:>12,} executions "
          f"{result['edges']:>6} edges {result['cpu_seconds']:>5} CPU s  "
          f"{'clean' if result['clean'] else 'FAILED, see ' + result['log']}")
    for path in result["found"]:
        print(f"  repeat with: {program} {path}")


def main():
    parser = argparse.ArgumentParser(prog="./run fuzz", description="libFuzzer, ASan and UBSan")
    parser.add_argument("--minutes", type=float, default=1, help="CPU minutes a target")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--bin", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("target", nargs="*", help="without: all")
    given = parser.parse_args()
    programs = {path.name.removeprefix("fuzz_"): path for path in sorted(given.bin.glob("fuzz_*"))}
    unknown = [name for name in given.target if name not in programs]
    if unknown or not programs:
        print(f"no such target: {' '.join(unknown)}; there are: {' '.join(programs)}",
              file=sys.stderr)
        return 2
    state = given.bin.parent / "fuzz"
    results = []
    for name in given.target or programs:
        results.append(run(programs[name], name, state, given.minutes))
        if not given.json:
            show(results[-1], programs[name])
        sys.stdout.flush()
    failed = sum(not result["clean"] for result in results)
    total = sum(result["executions"] for result in results)
    if given.json:
        print(json.dumps({"targets": results, "executions": total, "failed": failed}))
    else:
        print(f"{len(results)} targets, {total:,} executions, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
