// The parts that several payloads share: places, goods, conveyances, persons, remarks.
//
// Owns: their bytes, both ways. Private to schemas/. Reading copies and bounds counts and lengths;
// whether values make sense is kinds/kind_check.h's.
#pragma once

#include <vector>

#include "schemas/content.capnp.h"
#include "schemas/content.h"
#include "schemas/wire_reading.h"

namespace chapar::schemas {

void write(wire::Place::Builder out, const Place& place);
void write(wire::Goods::Builder out, const Goods& goods);
void write(wire::Conveyance::Builder out, const Conveyance& conveyance);
void write(wire::Person::Builder out, const Person& person);
void write(wire::Remarks::Builder out, const Remarks& remarks);

[[nodiscard]] Place read(WireReading& in, wire::Place::Reader wire);
[[nodiscard]] Goods read(WireReading& in, wire::Goods::Reader wire);
[[nodiscard]] Conveyance read(WireReading& in, wire::Conveyance::Reader wire);
[[nodiscard]] Person read(WireReading& in, wire::Person::Reader wire);
[[nodiscard]] Remarks read(WireReading& in, wire::Remarks::Reader wire);

template <typename Wire, typename Part>
void write_list(typename capnp::List<Wire>::Builder out, const std::vector<Part>& parts) {
    for (unsigned i = 0; i < out.size(); ++i) write(out[i], parts[i]);
}

// At most limits::kContentItems.
template <typename Wire, typename Part>
[[nodiscard]] std::vector<Part> read_list(WireReading& in, typename capnp::List<Wire>::Reader wire,
                                          std::string_view place) {
    std::vector<Part> out;
    const unsigned count = in.count(wire.size(), 0, limits::kContentItems, place);
    for (unsigned i = 0; i < count && in.ok(); ++i) out.push_back(read(in, wire[i]));
    return out;
}

// On the wire 0 is "not given".
template <CodeList Code>
[[nodiscard]] std::uint8_t wire_code(Code code) {
    return static_cast<std::uint8_t>(static_cast<std::uint8_t>(code) + 1);
}
template <CodeList Code>
[[nodiscard]] std::uint8_t wire_code(const std::optional<Code>& code) {
    return code ? wire_code(*code) : std::uint8_t{0};
}

}  // namespace chapar::schemas
