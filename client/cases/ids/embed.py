#!/usr/bin/env python3
"""embed.py FOLDER OUT.cpp: headers.csv and words.csv as the tables of client/cases/ids_words.h."""
import csv
import pathlib
import sys


def literal(text):
    out = "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in text.encode())
    return f'"{out}"'


def rows(path, head, columns):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"# {head}/1", path
    table = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert table and list(table[0]) == columns, path
    assert all(len(row) == len(columns) and None not in row.values() and row["mark"] in "VKP" for row in table), path
    return table


def main():
    folder, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    headers = rows(folder / "headers.csv", "chapar-headers", ["column", "alias", "language", "mark"])
    words = rows(folder / "words.csv", "chapar-words", ["list", "word", "code", "form", "shift", "mark"])
    out = '#include "client/cases/ids_words.h"\n\n#include <array>\n\nnamespace chapar::client {\nnamespace {\n\n'
    out += f"constexpr std::array<IdsAlias, {len(headers)}> kAliases{{{{\n"
    for row in headers:
        out += f'    {{{literal(row["column"])}, {literal(row["alias"])}}},\n'
    out += f"}}}};\nconstexpr std::array<IdsWord, {len(words)}> kWords{{{{\n"
    for row in words:
        cells = ", ".join(literal(row[key]) for key in ("list", "word", "code", "form"))
        out += f'    {{{cells}, {int(row["shift"] or 0)}}},\n'
    out += "}};\n\n}  // namespace\n\nstd::span<const IdsAlias> ids_aliases() { return kAliases; }\n"
    out += "std::span<const IdsWord> ids_word_rows() { return kWords; }\n\n}  // namespace chapar::client\n"
    target.write_text(out, encoding="utf-8")


main()
