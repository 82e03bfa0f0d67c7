// The two halves of the interop tool. Each prints or reads one JSON document, see interop.py.
#pragma once

#include <cstdint>
#include <string>

namespace chapar::interop {

// Envelopes, statements, records and a ledger made from this seed.
int emit(std::uint64_t seed);
// Records, entries and notes of the independent implementation, read with the product's code.
// Prints what it checked; 1 if anything is refused that must not be, or the other way round.
int check(const std::string& file);

}  // namespace chapar::interop
