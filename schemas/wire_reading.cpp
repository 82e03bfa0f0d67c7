#include "schemas/wire_reading.h"

namespace chapar::schemas {

Bytes WireReading::bytes(capnp::Data::Reader data, std::size_t least, std::size_t most,
                         std::string_view place) {
    const ByteView bytes = view_of(data);
    const bool fits = bytes.size() >= least && bytes.size() <= most;
    demand(fits, place);
    return fits ? to_bytes(bytes) : Bytes();
}

std::string WireReading::text(capnp::Text::Reader text, std::size_t most, TextForm form,
                              std::string_view place) {
    const std::string_view bytes = view_of(text);
    const bool fits = bytes.size() <= most && is_clean_text(bytes, form);
    demand(fits, place);
    return fits ? std::string(bytes) : std::string();
}

TimeMs WireReading::time(std::uint64_t value, std::string_view place) {
    demand(value <= limits::kLatestTime.value, place);
    return TimeMs(value);
}

unsigned WireReading::count(unsigned size, std::size_t least, std::size_t most,
                            std::string_view place) {
    const bool fits = size >= least && size <= most;
    demand(fits, place);
    return fits ? size : 0;
}

}  // namespace chapar::schemas
