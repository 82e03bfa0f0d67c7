#!/usr/bin/env python3
"""embed.py codes FOLDER OUT.cpp: the code lists of a folder as C++ tables.
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


def read_list(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines[1:] if line.startswith("# "))
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert lines[0] == "# chapar-codes/1" and head["list"] == path.stem, path
    assert head["growth"] in ("open", "closed") and head["carried"].split()[0].rstrip(",") in ("number", "text"), path
    carried = head["carried"].split()[0].rstrip(",")
    first = 1 if "from 0" in head["carried"] else 0  # a payload says 0 for "not given"
    numbers = [int(row["number"]) + first if carried == "number" else 0 for row in rows]
    assert carried == "text" or (len(set(numbers)) == len(rows) and min(numbers) > 0 and max(numbers) < 256), path
    assert len({row["code"].upper() for row in rows}) == len(rows), path
    return path.stem, head, carried, list(zip(numbers, rows))


def codes(folder):
    out = '#include "schemas/kinds/code_lists.h"\n\n#include <array>\n\nnamespace chapar::schemas {\nnamespace {\n\n'
    files = []
    for path in sorted(folder.glob("*.csv")):
        name, head, carried, rows = read_list(path)
        table = "kRows" + "".join(part.capitalize() for part in name.split("-"))
        out += f"constexpr std::array<CodeRow, {len(rows)}> {table}{{{{\n"
        for number, row in rows:
            cells = ", ".join(literal(row.get(key) or "") for key in ("code", "en", "ru", "until"))
            out += f"    {{{number}, {cells}}},\n"
        out += "}};\n"
        files.append(f'    {{{literal(name)}, {literal(head["dated"])}, CodeCarried::{carried.capitalize()}, '
                     f'CodeGrowth::{head["growth"].capitalize()}, {table}}},\n')
    out += f"constexpr std::array<CodeFile, {len(files)}> kFiles{{{{\n" + "".join(files) + "}};\n\n}  // namespace\n\n"
    return out + "std::span<const CodeFile> code_files() { return kFiles; }\n\n}  // namespace chapar::schemas\n"


def examples(folder):
    out = '#include "schemas/kinds/kind_examples.h"\n\n#include <array>\n\nnamespace chapar::schemas {\nnamespace {\n\n'
    paths = sorted(folder.glob("*.json"))
    out += f"constexpr std::array<KindExample, {len(paths)}> kExamples{{{{\n"
    for path in paths:
        text = path.read_text(encoding="utf-8")
        json.loads(text)
        lines = "\n        ".join(literal(line) for line in text.splitlines(keepends=True))
        out += f"    {{{literal(path.stem)},\n        {lines}}},\n"
    out += "}};\n\n}  // namespace\n\nstd::span<const KindExample> kind_examples() { return kExamples; }\n\n"
    return out + "}  // namespace chapar::schemas\n"


def main():
    what, folder, target = sys.argv[1:]
    text = {"codes": codes, "examples": examples}[what](pathlib.Path(folder))
    pathlib.Path(target).write_text(text, encoding="utf-8")


main()
