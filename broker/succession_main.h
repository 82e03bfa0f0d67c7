// The two programs that open a new ledger after one that can not be repaired.
//
//   chapard succession --dir OLD --new NEW --agency NAME --agency NAME.. --reason TEXT --out FILE
//                      [--note FILE].. [--endpoint tcp://..]..
// drafts: asks the old ledger's witnesses how far it went, rehearses what will be carried over,
// makes NEW with fresh keys (the CURVE key is the old one's, so that devices still reach the
// broker), and FILE with the new manifest and the SUCCESSION record for the centre root and the
// agencies' roots to sign (chapar key approve). Changes nothing in OLD.
//
//   chapard succeed --dir OLD --new NEW --signed FILE [--note FILE]..
// checks what was signed against OLD and by a rehearsal, closes OLD for ever (file `closed`; its
// log key is erased), founds NEW and carries the directory over. Cut short, it is started again
// with the same file.
//
// Owns: the arguments, the files, and that order: OLD is closed before NEW exists, and NEW has no
// chapard.toml, so that nothing can run there, until it is whole. Exit codes: the catalogue's.
#pragma once

namespace chapar::broker {

[[nodiscard]] int succession_main(int argc, char** argv);
[[nodiscard]] int succeed_main(int argc, char** argv);

}  // namespace chapar::broker
