#include "client/cli/key_requests.h"

#include <cstdio>

#include "crypto/sha256.h"

namespace chapar::client {
namespace {

constexpr std::string_view kAgencyMagic = "chapar agency request 1\n";
constexpr std::string_view kDeviceMagic = "chapar device request 1\n";
constexpr DurationMs kOfficeLife = kDay * 3650;

TimeMs day_before(TimeMs now) {
    return TimeMs(now.value > kDay.value ? now.value - kDay.value : 0);
}

}  // namespace

Bytes encode_request(const KeyRequest& request) {
    if (const auto* agency = std::get_if<crypto::AgencyRecord>(&request)) {
        Bytes out = to_bytes(kAgencyMagic);
        append(out, agency->encode());
        return out;
    }
    Bytes out = to_bytes(kDeviceMagic);
    append(out, std::get<crypto::SignedRequest>(request).encode());
    return out;
}

Result<KeyRequest> decode_request(ByteView file) {
    const std::string text = to_string(file);
    if (text.starts_with(kAgencyMagic)) {
        return KeyRequest(
            CHAPAR_TRY(crypto::AgencyRecord::decode(file.subspan(kAgencyMagic.size()))));
    }
    if (text.starts_with(kDeviceMagic)) {
        auto request = CHAPAR_TRY(crypto::SignedRequest::decode(file.subspan(kDeviceMagic.size())));
        CHAPAR_TRY(request.check());
        return KeyRequest(std::move(request));
    }
    return Error(Errc::MalformedLayout, "not a key request");
}

std::string check_digits(const KeyRequest& request) {
    const Hash hash = crypto::sha256(encode_request(request));
    std::string out;
    for (std::size_t i = 0; i < 12; i += 2) {
        const auto high = std::to_integer<unsigned>(hash.bytes.at(i));
        const auto low = std::to_integer<unsigned>(hash.bytes.at(i + 1));
        char group[8];
        std::snprintf(group, sizeof group, "%04u", (high << 8 | low) % 10000);
        out += (i == 0 ? "" : " ") + std::string(group);
    }
    return out;
}

crypto::SignedRecord approve_agency(const crypto::AgencyRecord& agency,
                                    const crypto::SigningKey& centre_root) {
    crypto::SignedRecord record{crypto::RecordType::Agency, agency.encode(), {}};
    record.sign(centre_root);
    return record;
}

crypto::SignedRecord approve_device(const crypto::SignedRequest& request, TimeMs now,
                                    const crypto::SigningKey& root) {
    const TimeMs from = day_before(now);
    const crypto::DeviceRecord device{request, {from, from + limits::kCertificateValidity}, 1, {}};
    crypto::SignedRecord record{crypto::RecordType::Device, device.encode(), {}};
    record.sign(root);
    return record;
}

crypto::Validity validity_of_office(TimeMs now) {
    const TimeMs from = day_before(now);
    return {from, from + kOfficeLife};
}

}  // namespace chapar::client
