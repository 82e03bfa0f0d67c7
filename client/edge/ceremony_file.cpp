#include "client/edge/ceremony_file.h"

#include "crypto/check_words.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"
#include "schemas/text_check.h"

namespace chapar::client {
namespace {

constexpr std::string_view kMagic = "chapar ceremony 1\n";
constexpr std::size_t kNameBytes = 64;

enum class Part : std::uint8_t { Record = 1, Context = 2, Request = 3, Roots = 4, Key = 5 };

Error malformed(const char* what) { return Error(Errc::MalformedLayout, what); }

Bytes key_statement(KeyRole role, std::string_view name, const SigningPublicKey& key) {
    return LayoutWriter()
        .u8(static_cast<std::uint8_t>(role))
        .counted8(view(name))
        .raw(key.view())
        .take();
}

void add_part(LayoutWriter& out, Part part, ByteView bytes) {
    out.u8(static_cast<std::uint8_t>(part)).counted32(bytes);
}

template <typename T>
Status take_once(std::optional<T>& place, Result<T> value) {
    if (place) return malformed("a part stands twice");
    place = CHAPAR_TRY(std::move(value));
    return Done{};
}

Status read_part(CeremonyFile& out, std::uint8_t kind, ByteView bytes) {
    switch (static_cast<Part>(kind)) {
        case Part::Record:
            out.records.push_back(CHAPAR_TRY(crypto::SignedRecord::decode(bytes)));
            return Done{};
        case Part::Context:
            out.context.push_back(CHAPAR_TRY(crypto::SignedRecord::decode(bytes)));
            return Done{};
        case Part::Request:
            return take_once(out.request, DeviceAsk::decode(bytes));
        case Part::Roots:
            return take_once(out.roots, decode_agency_roots(bytes));
        case Part::Key:
            return take_once(out.key, KeyCard::decode(bytes));
    }
    return malformed("part of a ceremony file");
}

std::size_t parts_of(const CeremonyFile& file) {
    return file.records.size() + file.context.size() + (file.request ? 1U : 0U) +
           (file.roots ? 1U : 0U) + (file.key ? 1U : 0U);
}

}  // namespace

bool is_key_name(std::string_view name) {
    return !name.empty() && name.size() <= kNameBytes &&
           schemas::is_clean_text(name, schemas::TextForm::Line);
}

std::string_view role_text(KeyRole role) {
    switch (role) {
        case KeyRole::Root:
            return "root";
        case KeyRole::Registrar:
            return "registrar";
        case KeyRole::Audit:
            return "audit";
    }
    return "";
}

Bytes DeviceAsk::encode() const {
    return LayoutWriter()
        .u8(static_cast<std::uint8_t>(purpose))
        .raw(previous.view())
        .raw(request.encode())
        .take();
}

Result<DeviceAsk> DeviceAsk::decode(ByteView bytes) {
    LayoutReader in(bytes);
    const std::uint8_t purpose = in.u8();
    const auto previous = in.fixed<Hash>();
    const bool known = purpose >= static_cast<std::uint8_t>(RequestPurpose::New) &&
                       purpose <= static_cast<std::uint8_t>(RequestPurpose::Recover);
    if (!in.ok() || !known) return malformed("device request");
    const auto meaning = static_cast<RequestPurpose>(purpose);
    if (previous.is_zero() != (meaning == RequestPurpose::New)) {
        return malformed("device request");
    }
    auto request = CHAPAR_TRY(crypto::SignedRequest::decode(in.raw(in.remaining())));
    CHAPAR_TRY(request.check());
    return DeviceAsk{meaning, previous, std::move(request)};
}

KeyCard KeyCard::make(KeyRole role, std::string name, const crypto::SigningKey& key) {
    CHAPAR_ASSERT(role != KeyRole::Audit);
    const Signature proof =
        key.sign(crypto::Label::Possession, key_statement(role, name, key.public_key()));
    return {role, std::move(name), key.public_key(), proof};
}

KeyCard KeyCard::make_audit(std::string name, const PublicKey& key) {
    return {KeyRole::Audit, std::move(name), SigningPublicKey{key.bytes}, {}};
}

Bytes KeyCard::encode() const {
    return LayoutWriter().raw(key_statement(role, name, key)).raw(proof.view()).take();
}

Result<KeyCard> KeyCard::decode(ByteView bytes) {
    LayoutReader in(bytes);
    const std::uint8_t role = in.u8();
    KeyCard out;
    out.name = to_string(in.counted8());
    out.key = in.fixed<SigningPublicKey>();
    out.proof = in.fixed<Signature>();
    CHAPAR_TRY(in.finish("public key"));
    if (role < 1 || role > 3 || !is_key_name(out.name)) return malformed("public key");
    out.role = static_cast<KeyRole>(role);
    if (out.role == KeyRole::Audit) {
        if (!out.proof.is_zero() || out.key.is_zero()) return malformed("public key");
        return out;
    }
    const auto key = CHAPAR_TRY(crypto::VerifyingKey::create(out.key));
    CHAPAR_TRY(key.verify(crypto::Label::Possession, key_statement(out.role, out.name, out.key),
                          out.proof));
    return out;
}

Status CeremonyFile::fits() const {
    if (parts_of(*this) > kMaxParts || encode().size() > kMaxBytes) {
        return Error(Errc::TooLarge, "ceremony file, with what tells its reader who must sign");
    }
    return Done{};
}

Bytes CeremonyFile::encode() const {
    const std::size_t parts = parts_of(*this);
    CHAPAR_ASSERT(parts >= 1 && parts <= kMaxParts);
    LayoutWriter out;
    out.raw(view(kMagic)).u8(static_cast<std::uint8_t>(parts));
    for (const crypto::SignedRecord& record : records) {
        add_part(out, Part::Record, record.encode());
    }
    for (const crypto::SignedRecord& record : context) {
        add_part(out, Part::Context, record.encode());
    }
    if (request) add_part(out, Part::Request, request->encode());
    if (roots) add_part(out, Part::Roots, encode_agency_roots(*roots));
    if (key) add_part(out, Part::Key, key->encode());
    return out.take();
}

Result<CeremonyFile> CeremonyFile::decode(ByteView bytes) {
    if (bytes.size() > kMaxBytes) return Error(Errc::TooLarge, "ceremony file");
    LayoutReader in(bytes);
    if (to_string(in.raw(kMagic.size())) != kMagic) return malformed("not a ceremony file");
    const std::size_t count = in.u8();
    if (count < 1 || count > kMaxParts) return malformed("ceremony file");
    CeremonyFile out;
    std::uint8_t last = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t kind = in.u8();
        const ByteView part = in.counted32();
        if (!in.ok() || kind < last) return malformed("ceremony file");
        CHAPAR_TRY(read_part(out, kind, part));
        last = kind;
    }
    CHAPAR_TRY(in.finish("ceremony file"));
    return out;
}

std::string words_of(const DeviceAsk& request) {
    return crypto::check_words(
        {view("device request"), request.previous.view(), request.request.encode()});
}

std::string words_of(const crypto::SignedRecord& record) {
    if (record.type == crypto::RecordType::Device) {
        if (const auto device = crypto::DeviceRecord::decode(record.body)) {
            return words_of(DeviceAsk{RequestPurpose::New, device->previous, device->request});
        }
    }
    const Bytes type = LayoutWriter().u8(static_cast<std::uint8_t>(record.type)).take();
    return crypto::check_words({view("record"), type, record.body});
}

std::string words_of(const AgencyRoots& roots) {
    return crypto::check_words({view("roots"), encode_agency_roots(roots)});
}

std::string words_of(const SigningPublicKey& key) {
    return crypto::check_words({view("public key"), key.view()});
}

}  // namespace chapar::client
