#!/usr/bin/env python3
"""embed.py codes FOLDER OUT.cpp: the code lists of a folder, each under its name without ".csv".
embed.py examples FOLDER OUT.cpp: the example files of a folder, each under its name without ".json".

Stops at a list whose file is not what codes/README.md says: a wrong head, a number twice, a code twice.
"""
import csv
import json
import pathlib
import sys


def literal(text):
    out = "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in text.encode())
    return f'"{out}"'


def check_list(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines[1:] if line.startswith("# "))
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert lines[0] == "# chapar-codes/1" and head["list"] == path.stem, path
    assert head["growth"] in ("open", "closed") and head["carried"].split()[0].rstrip(",") in ("number", "text"), path
    carried = head["carried"].split()[0].rstrip(",")
    first = 1 if "from 0" in head["carried"] else 0  # a payload says 0 for "not given"
    numbers = [int(row["number"]) + first if carried == "number" else 0 for row in rows]
    assert carried == "text" or (numbers == list(range(1, len(rows) + 1)) and len(rows) < 256), path
    assert len({row["code"].upper() for row in rows}) == len(rows), path


def lines_of(text):
    return "\n        ".join(literal(line) for line in text.splitlines(keepends=True))


def codes(folder):
    out = '#include "schemas/kinds/code_set.h"\n\n#include <array>\n\nnamespace chapar::schemas {\nnamespace {\n\n'
    paths = sorted(folder.glob("*.csv"))
    out += f"constexpr std::array<BuiltInCodes, {len(paths)}> kFiles{{{{\n"
    for path in paths:
        check_list(path)
        out += f"    {{{literal(path.stem)},\n        {lines_of(path.read_text(encoding='utf-8'))}}},\n"
    out += "}};\n\n}  // namespace\n\nstd::span<const BuiltInCodes> built_in_codes() { return kFiles; }\n\n"
    return out + "}  // namespace chapar::schemas\n"


def examples(folder):
    out = '#include "schemas/kinds/kind_examples.h"\n\n#include <array>\n\nnamespace chapar::schemas {\nnamespace {\n\n'
    paths = sorted(folder.glob("*.json"))
    out += f"constexpr std::array<KindExample, {len(paths)}> kExamples{{{{\n"
    for path in paths:
        text = path.read_text(encoding="utf-8")
        json.loads(text)
        out += f"    {{{literal(path.stem)},\n        {lines_of(text)}}},\n"
    out += "}};\n\n}  // namespace\n\nstd::span<const KindExample> kind_examples() { return kExamples; }\n\n"
    return out + "}  // namespace chapar::schemas\n"


def main():
    what, folder, target = sys.argv[1:]
    text = {"codes": codes, "examples": examples}[what](pathlib.Path(folder))
    pathlib.Path(target).write_text(text, encoding="utf-8")


main()
