#!/usr/bin/env python3
"""chapar-verify reads sealed contents with a table of its own, crypto/verify/content_fields.h, and not with generated code. This
compares the table with what the Cap'n Proto compiler says of schemas/content.capnp; `--write` writes it anew.

Fails if a field is added to the schema and the table is not written anew.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "crypto/verify/content_fields.h"
HEAD = """// The fields of schemas/content.capnp, in the compiler's layout. Written by
// tests/integration/content_fields.py --write, which also compares it with the schema.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace verify {

// n number, i signed number, t text, d data, s struct, T list of texts, S list of structs.
struct ContentField {
    std::string_view owner, name;
    char form;
    std::uint16_t at;       // first bit, or number of the pointer
    std::uint16_t width;    // bits of a number
    std::string_view type;  // of a struct
};

// clang-format off
"""


def fields(text):
    owner, payloads, out = "", [], []
    for line in text.splitlines():
        if found := re.match(r"struct (\w+)", line):
            owner = found[1]
        if not (found := re.match(r"\s+(\w+) @\d+ :([\w()]+);  # (.*)", line)):
            continue
        name, kind, place = found.groups()
        if union := re.search(r"union tag = (\d+)", place):
            payloads.append((int(union[1]), name, kind))
        elif bits := re.match(r"bits\[(\d+), (\d+)\)", place):
            form = "i" if kind.startswith("Int") else "n"
            out.append((owner, name, form, int(bits[1]), int(bits[2]) - int(bits[1]), ""))
        else:
            inner = re.match(r"List\((\w+)\)", kind)
            base = inner[1] if inner else kind
            form = {"Text": "t", "Data": "d"}.get(base, "s")
            form = form.upper() if inner else form
            out.append((owner, name, form, int(re.match(r"ptr\[(\d+)\]", place)[1]), 0,
                        base if form in "sS" else ""))
    return out, sorted(payloads)


def table():
    listing = subprocess.run(["capnp", "compile", "-ocapnp", "--src-prefix=schemas", "schemas/content.capnp"], cwd=ROOT,
                             check=True, capture_output=True, text=True).stdout
    rows, payloads = fields(listing)
    text = HEAD + f"constexpr std::array<ContentField, {len(rows)}> kContentFields{{{{\n"
    for owner, name, form, at, width, kind in rows:
        text += f'    {{"{owner}", "{name}", \'{form}\', {at}, {width}, "{kind}"}},\n'
    text += "}};\n\n// Members of the payload's union, by tag; their pointer is number 1.\n"
    text += f"constexpr std::array<std::array<std::string_view, 2>, {len(payloads)}> kPayloads{{{{\n"
    assert [tag for tag, _, _ in payloads] == list(range(len(payloads)))
    for _, name, kind in payloads:
        text += f'    {{"{name}", "{kind}"}},\n'
    return text + "}};\n// clang-format on\n\n}  // namespace verify\n"


def main():
    if sys.argv[1:] == ["--write"]:
        TABLE.write_text(table())
        return 0
    same = TABLE.read_text() == table()
    print("the verifier's table is that of the schema" if same else "write the table anew: content_fields.py --write")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
