// What the bodies of all records have in common: the version byte, names, the agency's signatures.
// For crypto/ only.
#pragma once

#include "crypto/certificate.h"
#include "crypto/record.h"
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

template <typename Body>
Result<Body> decode_as(const SignedRecord& record, RecordType type) {
    if (record.type != type) return Error(Errc::MalformedLayout, "record type");
    return Body::decode(record.body);
}

inline Status check_signed_by_agency(const SignedRecord& record, const AgencyId& named,
                                     const AgencyRecord& agency) {
    if (named != agency.agency) return Error(Errc::CertificateNotSigned, "other agency");
    return check_signed_by(record, agency.roots, agency.threshold);
}

}  // namespace chapar::crypto
