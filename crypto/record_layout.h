// What the bodies of all records have in common: the version byte, names, times, the agency's
// signatures. For crypto/ only.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/record.h"
#include "crypto/registrars.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {

constexpr std::uint8_t kRecordVersion = 1;

inline LayoutWriter begin_record() {
    LayoutWriter out;
    out.u8(kRecordVersion);
    return out;
}

inline Status read_version(LayoutReader& in, const char* what) {
    if (in.u8() != kRecordVersion) return Error(Errc::VersionUnknown, what);
    return Done{};
}

// An AgencyId or OfficeId; a name that is none is a malformed record here.
template <typename NameType>
Result<NameType> read_name(LayoutReader& in) {
    const Result<NameType> name = NameType::parse(to_string(in.counted8()));
    if (!name) return Error(Errc::MalformedLayout, "name");
    return *name;
}

inline Validity read_validity(LayoutReader& in) {
    const TimeMs from(in.u64());
    return {from, TimeMs(in.u64())};
}

// UTF-8, 1..64 bytes, nothing that is_hidden() (control and bidi characters).
[[nodiscard]] bool is_person_name(std::string_view text);

template <typename T>
[[nodiscard]] bool has_duplicate(std::vector<T> values) {
    std::ranges::sort(values);
    return std::ranges::adjacent_find(values) != values.end();
}

template <typename Body>
Result<Body> decode_as(const SignedRecord& record, RecordType type) {
    if (record.type != type) return Error(Errc::MalformedLayout, "record type");
    return Body::decode(record.body);
}

// `named`: the agency that the record's body names.
[[nodiscard]] Status check_signed_by_registrars(const SignedRecord& record, const AgencyId& named,
                                                const RegistrarsRecord& registrars);

}  // namespace chapar::crypto
