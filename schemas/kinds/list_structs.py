#!/usr/bin/env python3
"""list_structs.py OUT.h KIND.capnp..: each struct with a `$R.kind(N)`, as a C++ type with its number."""
import pathlib
import re
import sys

ROW = re.compile(r"^struct (\w+)[^#{]*\$R\.kind\((\d+)\)", re.MULTILINE)


def main():
    target, *files = sys.argv[1:]
    rows = [(int(number), name) for file in files for name, number in ROW.findall(pathlib.Path(file).read_text("utf-8"))]
    rows.sort()
    assert rows and len({number for number, _ in rows}) == len(rows), "two structs of one kind"
    out = '#pragma once\n\n#include "schemas/content.capnp.h"\n#include "schemas/header.h"\n\nnamespace chapar::schemas {\n\n'
    out += "// No value for what is not the struct of a kind.\ntemplate <typename Wire>\nstruct KindOf {};\n"
    for number, name in rows:
        out += f"template <>\nstruct KindOf<wire::{name}> {{\n    static constexpr Kind value{{{number}}};\n}};\n"
    out += "\ntemplate <typename... Wire>\nstruct StructList {};\n"
    out += "using KindStructs = StructList<" + ", ".join(f"wire::{name}" for _, name in rows) + ">;\n\n"
    pathlib.Path(target).write_text(out + "}  // namespace chapar::schemas\n", "utf-8")


main()
