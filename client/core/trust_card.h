// The trust card: the one file that says which centre a device trusts.
//
// Owns: its JSON form (spec: format, origin, home, log_key, curve_key, centre_root, endpoint,
// manifest), strictly read, and the rule that every value equals what the manifest says. Does not
// know how the card came here: that it is the right one is settled by people. Pure.
// Errors: JsonInvalid, FieldUnknown, FieldMissing, FieldInvalid (context: the field),
// SignatureInvalid.
#pragma once

#include <string>
#include <string_view>

#include "crypto/manifest.h"
#include "crypto/note.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::client {

// A centre whose card has been checked: nothing in it contradicts the manifest.
class TrustCard {
  public:
    // From a manifest that is trusted already (`broker init` writes the card). REQUIRES: endpoint
    // is one of the manifest's, else FieldInvalid.
    [[nodiscard]] static Result<TrustCard> create(const crypto::SignedRecord& manifest,
                                                  std::string endpoint);
    static constexpr std::size_t kMostBytes = 64 * 1024;
    [[nodiscard]] static Result<TrustCard> parse(std::string_view json);
    // Pretty, with a final newline; parse() reads it back.
    [[nodiscard]] std::string json() const;

    [[nodiscard]] const Home& home() const { return home_; }
    [[nodiscard]] const crypto::Manifest& manifest() const { return manifest_; }
    [[nodiscard]] const crypto::SignedRecord& record() const { return record_; }
    [[nodiscard]] const crypto::NoteVerifier& log() const { return log_; }
    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

  private:
    TrustCard(Home home, crypto::Manifest manifest, crypto::SignedRecord record,
              crypto::NoteVerifier log, std::string endpoint);
    Home home_;
    crypto::Manifest manifest_;
    crypto::SignedRecord record_;
    crypto::NoteVerifier log_;
    std::string endpoint_;
};

}  // namespace chapar::client
