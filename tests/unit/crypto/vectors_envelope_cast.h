// The people and envelopes of envelope/v1.json, and the judges that its cases are given to.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/admit.h"
#include "crypto/receive.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "unit/crypto/vector_file.h"

namespace chapar::testing {

inline const std::string kEnvelopeVectors = "envelope/v1.json";

struct DeviceKeys {
    OfficeId office;
    CertificateHash certificate;
    KeyId key_id;
    crypto::EpochSecrets secrets;
    crypto::EpochPublicKeys public_keys;
};

class Cast {
  public:
    explicit Cast(const boost::json::value& file);

    [[nodiscard]] const boost::json::value& file() const { return file_; }
    [[nodiscard]] const DeviceKeys& device(const std::string& name) const;
    // The epoch that a label names.
    [[nodiscard]] const DeviceKeys& named_by(const crypto::StanzaLabel& label) const;
    [[nodiscard]] crypto::SigningKey signer(std::string_view name) const;
    [[nodiscard]] crypto::Secret32 psk() const;
    [[nodiscard]] crypto::SeenHead seen() const;

    // "ok", or the name of the check that failed.
    [[nodiscard]] std::string receive(const boost::json::value& handed) const;
    [[nodiscard]] std::string admit(const boost::json::value& handed) const;
    [[nodiscard]] std::string judge_statement(const boost::json::value& handed) const;

    [[nodiscard]] Bytes ciphertext_of(const boost::json::value& text) const;

  private:
    [[nodiscard]] Status try_receive(const boost::json::value& handed) const;
    [[nodiscard]] Status try_admit(const boost::json::value& handed) const;
    [[nodiscard]] Status try_statement(const boost::json::value& handed) const;
    [[nodiscard]] crypto::OpeningKeys opening_keys(const crypto::StanzaLabel& label,
                                                   const boost::json::value& psk) const;

    boost::json::value file_;
    std::map<std::string, DeviceKeys> devices_;
    std::map<CertificateHash, OfficeId> offices_;
    std::map<CertificateHash, crypto::VerifyingKey> approvers_;
    crypto::AuditorKeys auditors_;
};

[[nodiscard]] crypto::Stanza stanza_of(const boost::json::value& json);
[[nodiscard]] std::vector<Hash> hashes_of(const boost::json::value& array);
[[nodiscard]] crypto::BatchItem item_of(const boost::json::value& json);

}  // namespace chapar::testing
