#include "crypto/registrars.h"

#include "crypto/key_check.h"
#include "crypto/record_layout.h"
#include "crypto/text_form.h"
#include "schemas/base/shown.h"

namespace chapar::crypto {
namespace {

constexpr std::size_t kMaxPersonNameBytes = 64;
constexpr std::size_t kLeastRegistrars = 2;

Error malformed(const char* what) { return Error(Errc::MalformedLayout, what); }

Status check(const RegistrarsRecord& record) {
    const std::size_t count = record.registrars.size();
    if (count < kLeastRegistrars || count > limits::kRegistrars) return malformed("registrars");
    if (record.threshold < kLeastRegistrars || record.threshold > count) {
        return malformed("registrars threshold");
    }
    std::vector<std::string> names;
    for (const Registrar& each : record.registrars) names.push_back(each.name);
    if (!std::ranges::all_of(names, is_person_name)) return malformed("registrar name");
    if (has_duplicate(names) || has_duplicate(record.keys())) return malformed("registrar twice");
    const Validity& times = record.validity;
    if (times.from >= times.to ||
        times.to.value - times.from.value > limits::kRegistrarsValidity.value) {
        return malformed("registrars validity");
    }
    return Done{};
}

}  // namespace

bool is_person_name(std::string_view text) {
    if (text.empty() || text.size() > kMaxPersonNameBytes) return false;
    const std::optional<std::u32string> characters = decode_utf8(text);
    return characters && std::ranges::none_of(*characters, is_hidden);
}

Status check_signed_by_registrars(const SignedRecord& record, const AgencyId& named,
                                  const RegistrarsRecord& registrars) {
    if (named != registrars.agency) return Error(Errc::CertificateNotSigned, "other agency");
    return check_signed_by(record, registrars.keys(), registrars.threshold);
}

Bytes RegistrarsRecord::encode() const {
    LayoutWriter out = begin_record();
    out.counted8(view(agency.text())).u8(threshold);
    out.u8(static_cast<std::uint8_t>(registrars.size()));
    for (const Registrar& each : registrars) out.raw(each.key.view()).counted8(view(each.name));
    out.u64(validity.from.value).u64(validity.to.value);
    return out.raw(previous.view()).take();
}

Result<RegistrarsRecord> RegistrarsRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "registrars"));
    RegistrarsRecord out{CHAPAR_TRY(read_name<AgencyId>(in)), in.u8(), {}, {}, {}};
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const auto key = in.fixed<SigningPublicKey>();
        out.registrars.push_back({key, to_string(in.counted8())});
    }
    out.validity = read_validity(in);
    out.previous = in.fixed<Hash>();
    CHAPAR_TRY(in.finish("registrars"));
    CHAPAR_TRY(check(out));
    return out;
}

std::vector<SigningPublicKey> RegistrarsRecord::keys() const {
    std::vector<SigningPublicKey> out;
    for (const Registrar& each : registrars) out.push_back(each.key);
    return out;
}

Result<RegistrarsRecord> open_registrars(const SignedRecord& record, const AgencyRecord& agency) {
    auto out = CHAPAR_TRY(decode_as<RegistrarsRecord>(record, RecordType::Registrars));
    if (out.agency != agency.agency) return Error(Errc::CertificateNotSigned, "other agency");
    CHAPAR_TRY(check_signed_by(record, agency.roots, agency.threshold));
    for (const Registrar& each : out.registrars) CHAPAR_TRY(check_signing_key(each.key));
    return out;
}

}  // namespace chapar::crypto
