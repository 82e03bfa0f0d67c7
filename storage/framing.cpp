#include "storage/framing.h"

#include <array>

#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::storage {

namespace {

std::uint64_t checksum_of(const crypto::ChecksumKey& checksum_key, const Table& table, ByteView key,
                          ByteView value, std::uint8_t level) {
    const std::array<std::byte, 2> head{std::byte{level},
                                        static_cast<std::byte>(table.name.size())};
    const std::array<std::byte, 1> key_size{static_cast<std::byte>(key.size())};
    return crypto::checksum(checksum_key, {head, view(table.name), key_size, key, value});
}

}  // namespace

void to_stored(Bytes& out, const crypto::ChecksumKey& checksum_key, const Table& table,
               ByteView key, ByteView value, std::uint8_t level) {
    out.clear();
    if (table.framing == Framing::Framed) {
        const std::uint64_t checksum = checksum_of(checksum_key, table, key, value, level);
        out.reserve(kFrameOverhead + value.size());
        out.push_back(std::byte{level});
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.push_back(static_cast<std::byte>(checksum >> shift));
        }
    }
    append(out, value);
}

Result<ByteView> from_stored(const crypto::ChecksumKey& checksum_key, const Table& table,
                             ByteView key, ByteView stored) {
    if (table.framing == Framing::Raw) return stored;
    LayoutReader frame(stored);
    const std::uint8_t level = frame.u8();
    const std::uint64_t expected = frame.u64();
    const ByteView value = frame.raw(frame.remaining());
    if (!frame.ok() || checksum_of(checksum_key, table, key, value, level) != expected) {
        return Error(Errc::StoreDamaged, "checksum in table " + std::string(table.name));
    }
    if (level > kRecordLevel) {
        return Error(Errc::VersionUnknown, "record level in table " + std::string(table.name));
    }
    return value;
}

}  // namespace chapar::storage
