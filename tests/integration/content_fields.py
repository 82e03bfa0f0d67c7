#!/usr/bin/env python3
"""chapar-verify reads sealed contents with tables of its own, crypto/verify/content_fields.h and content_payloads.h, and not with
generated code. This compares them with what the Cap'n Proto compiler says of the schemas; `--write` writes them anew.

Fails if a field is added to the schema and the tables are not written anew.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "crypto/verify/content_fields.h"
PAYLOADS = ROOT / "crypto/verify/content_payloads.h"
HEAD = """// The fields of schemas/content.capnp and of schemas/kinds/, in the compiler's layout. Written by
// tests/integration/content_fields.py --write, which also compares it with the schema.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace verify {

// n number, i signed, t text, d data, s struct; lists: N of numbers, T of texts, S of structs.
struct ContentField {
    std::string_view owner, name;
    char form;
    std::uint16_t at;       // first bit, or number of the pointer
    std::uint16_t width;    // bits of a number, or of one in a list
    std::string_view type;  // of a struct
};

// clang-format off
"""

PAYLOADS_HEAD = """// The members of the payload's union in schemas/content.capnp, by tag; their pointer is number 1.
// Written by tests/integration/content_fields.py --write, which also compares it with the schema.
#pragma once

#include <array>
#include <string_view>

namespace verify {

// clang-format off
"""

# "  country @0 :import "/kinds/common.capnp".Place $import "..".must(void);  # ptr[0]"
FIELD = re.compile(r"\s+(\w+) @\d+ :((?:List\()?(?:import \"[^\"]+\"\.)?[\w.]+\)?)(?: \$.*)?;  # (.*)")
FILES = ["content.capnp", "kinds/common.capnp", "kinds/seizure.capnp", "kinds/delivery.capnp", "kinds/information.capnp",
         "kinds/precursors.capnp", "kinds/substances.capnp", "kinds/lookouts.capnp", "kinds/finance.capnp", "kinds/legal.capnp",
         "kinds/operations.capnp", "kinds/statistics.capnp", "kinds/control.capnp"]


def fields(text):
    owner, payloads, out = "", [], []
    for line in text.splitlines():
        if found := re.match(r"struct (\w+)", line):
            owner = found[1]
        if not (found := FIELD.match(line)):
            continue
        name, kind, place = found.groups()
        kind = re.sub(r'import "[^"]+"\.', "", kind)
        if union := re.search(r"union tag = (\d+)", place):
            payloads.append((int(union[1]), name, kind))
        elif bits := re.match(r"bits\[(\d+), (\d+)\)", place):
            form = "i" if kind.startswith("Int") else "n"
            out.append((owner, name, form, int(bits[1]), int(bits[2]) - int(bits[1]), ""))
        else:
            inner = re.match(r"List\((\w+)\)", kind)
            base = inner[1] if inner else kind
            width = re.match(r"UInt(\d+)", base)
            form = "n" if width else {"Text": "t", "Data": "d"}.get(base, "s")
            form = form.upper() if inner else form
            out.append((owner, name, form, int(re.match(r"ptr\[(\d+)\]", place)[1]), int(width[1]) if width else 0,
                        base if form in "sS" else ""))
    return out, sorted(payloads)


def table():
    rows, payloads = [], []
    for name in FILES:
        listing = subprocess.run(["capnp", "compile", "-ocapnp", "--src-prefix=schemas", f"schemas/{name}"], cwd=ROOT,
                                 check=True, capture_output=True, text=True).stdout
        more, members = fields(listing)
        rows, payloads = rows + more, payloads or members
    text = HEAD + f"constexpr std::array<ContentField, {len(rows)}> kContentFields{{{{\n"
    cells = [f'{{"{owner}", "{name}", \'{form}\', {at}, {width}, "{kind}"}},' for owner, name, form, at, width, kind in rows]
    for i in range(0, len(cells), 2):
        text += f"    {' '.join(cells[i:i + 2])}\n"
    text += "}};\n// clang-format on\n\n}  // namespace verify\n"
    members = PAYLOADS_HEAD + f"constexpr std::array<std::array<std::string_view, 2>, {len(payloads)}> kPayloads{{{{\n"
    assert [tag for tag, _, _ in payloads] == list(range(len(payloads)))
    for _, name, kind in payloads:
        members += f'    {{"{name}", "{kind}"}},\n'
    return text, members + "}};\n// clang-format on\n\n}  // namespace verify\n"


def main():
    if sys.argv[1:] == ["--write"]:
        for path, text in zip((TABLE, PAYLOADS), table()):
            path.write_text(text)
        return 0
    same = (TABLE.read_text(), PAYLOADS.read_text()) == table()
    print("the verifier's tables are those of the schema" if same else "write the tables anew: content_fields.py --write")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
