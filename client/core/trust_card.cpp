#include "client/core/trust_card.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "schemas/base/hex.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

constexpr std::string_view kFormat = "chapar-trust-card/1";
constexpr std::array<std::string_view, 8> kFields{
    "format", "origin", "home", "log_key", "curve_key", "centre_root", "endpoint", "manifest"};

Result<std::string> text_field(const json::object& card, std::string_view name) {
    const json::value* value = card.if_contains(name);
    if (value == nullptr) return Error(Errc::FieldMissing, "/" + std::string(name));
    if (!value->is_string()) return Error(Errc::FieldInvalid, "/" + std::string(name));
    return std::string(value->as_string());
}

Result<json::object> strict_object(std::string_view text) {
    if (text.size() > TrustCard::kMostBytes) return Error(Errc::TooLarge, "trust card");
    boost::system::error_code problem;
    json::value card = json::parse(text, problem);
    if (problem || !card.is_object()) return Error(Errc::JsonInvalid, "trust card");
    for (const auto& field : card.as_object()) {
        if (std::ranges::find(kFields, std::string_view(field.key())) == kFields.end()) {
            return Error(Errc::FieldUnknown, "/" + std::string(field.key()));
        }
    }
    return std::move(card).as_object();
}

}  // namespace

TrustCard::TrustCard(Home home, crypto::Manifest manifest, crypto::SignedRecord record,
                     crypto::NoteVerifier log, std::string endpoint)
    : home_(home),
      manifest_(std::move(manifest)),
      record_(std::move(record)),
      log_(std::move(log)),
      endpoint_(std::move(endpoint)) {}

Result<TrustCard> TrustCard::create(const crypto::SignedRecord& manifest, std::string endpoint) {
    crypto::Manifest opened = CHAPAR_TRY(crypto::open_manifest(manifest));
    crypto::NoteVerifier log = CHAPAR_TRY(opened.log_verifier());
    if (std::ranges::find(opened.endpoints, endpoint) == opened.endpoints.end()) {
        return Error(Errc::FieldInvalid, "/endpoint");
    }
    return TrustCard(crypto::home_of(manifest.body), std::move(opened), manifest, std::move(log),
                     std::move(endpoint));
}

Result<TrustCard> TrustCard::parse(std::string_view text) {
    const json::object object = CHAPAR_TRY(strict_object(text));
    if (CHAPAR_TRY(text_field(object, "format")) != kFormat) {
        return Error(Errc::FieldInvalid, "/format");
    }
    const auto record_bytes = from_hex(CHAPAR_TRY(text_field(object, "manifest")));
    if (!record_bytes) return Error(Errc::FieldInvalid, "/manifest");
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(*record_bytes));
    std::string endpoint = CHAPAR_TRY(text_field(object, "endpoint"));
    TrustCard card = CHAPAR_TRY(create(record, std::move(endpoint)));

    const crypto::Manifest& manifest = card.manifest_;
    const std::array<std::pair<std::string_view, std::string>, 5> said_twice{{
        {"origin", manifest.origin},
        {"home", to_hex(card.home_.view())},
        {"log_key", card.log_.vkey()},
        {"curve_key", to_hex(manifest.curve_key.view())},
        {"centre_root", to_hex(manifest.centre_root.view())},
    }};
    for (const auto& [name, value] : said_twice) {
        if (CHAPAR_TRY(text_field(object, name)) != value) {
            return Error(Errc::FieldInvalid, "/" + std::string(name) + ": not the manifest's");
        }
    }
    return card;
}

std::string TrustCard::json() const {
    const std::array<std::pair<std::string_view, std::string>, 8> fields{{
        {"format", std::string(kFormat)},
        {"origin", manifest_.origin},
        {"home", to_hex(home_.view())},
        {"log_key", log_.vkey()},
        {"curve_key", to_hex(manifest_.curve_key.view())},
        {"centre_root", to_hex(manifest_.centre_root.view())},
        {"endpoint", endpoint_},
        {"manifest", to_hex(record_.encode())},
    }};
    std::string out = "{";
    for (const auto& [name, value] : fields) {
        out += out.size() == 1 ? "\n  " : ",\n  ";
        out += json::serialize(json::string(name)) + ": " + json::serialize(json::string(value));
    }
    return out + "\n}\n";
}

}  // namespace chapar::client
