// A centre that exists on disk as `chapar broker init` makes it, with two agencies, an office and a
// device each, for tests of the running broker.
//
// Owns: all secret keys, the broker's directory, the signed records of its directory. Seals and
// signs like a client. Does not know sockets (test_client.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "broker/core/operation.h"
#include "crypto/batch.h"
#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "crypto/manifest.h"
#include "crypto/override.h"
#include "crypto/policy_record.h"
#include "crypto/statement.h"
#include "schemas/frames.h"
#include "tests/support/fake_random.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_agency.h"

namespace chapar::testing {

struct EdgeDevice {
    AgencyId agency;
    OfficeId office;
    crypto::SigningKey key;
    crypto::Secret32 curve;
    CurveKey curve_key;
    CertificateHash hash;
    crypto::PrekeyBundle bundle;
};

class Centre {
  public:
    // `now` must be the time of the broker under test; `settings` are added to its configuration.
    explicit Centre(TimeMs now, const std::string& settings = {});

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
    [[nodiscard]] const crypto::Manifest& manifest() const { return manifest_; }
    [[nodiscard]] const Home& home() const { return home_; }
    [[nodiscard]] crypto::NoteVerifier log() const { return manifest_.log_verifier().value(); }
    // The whole directory, in an order in which it can be published.
    [[nodiscard]] const std::vector<Bytes>& records() const { return records_; }

    // One envelope from `tajik` to `uzbek`'s device, with its own item. What `attachments` holds is
    // stored as a file where it does not fit inline: then its bytes are in `files`.
    [[nodiscard]] schemas::SubmittedEnvelope seal(const crypto::SeenHead& seen);
    struct Sealed {
        schemas::SubmittedEnvelope envelope;
        std::vector<Bytes> files;  // ciphertext of stream 1, 2, ..
    };
    [[nodiscard]] Sealed seal_with(const std::vector<Bytes>& attachments,
                                   schemas::Urgency urgency = schemas::Urgency::Routine,
                                   DurationMs life = kDay,
                                   const std::optional<crypto::SeenHead>& seen = std::nullopt);
    [[nodiscard]] crypto::SeenHead nothing_seen() const;
    [[nodiscard]] schemas::Statements statement(const EdgeDevice& device,
                                                const EnvelopeHash& envelope, EntryIndex accepted);
    [[nodiscard]] Bytes revocation(const EdgeDevice& device);
    // Signed by the registrars of this device's agency.
    template <typename Record>
    [[nodiscard]] Bytes by_registrars(const EdgeDevice& device, crypto::RecordType type,
                                      const Record& record) const {
        return agency_of(device).by_registrars(type, record).encode();
    }
    [[nodiscard]] crypto::SignedRecord suspension(const EdgeDevice& device);
    [[nodiscard]] Bytes reinstatement(const EdgeDevice& device,
                                      const crypto::SignedRecord& suspension);
    // By the centre root and one registrar; valid from now on for a day.
    struct Stop {
        TreeSize size;
        Hash root;
        Hash stop;
    };
    [[nodiscard]] Bytes override_record(crypto::OverrideWhat what, const Stop& stop) const;
    // As one of those who sign what follows a closed ledger.
    void sign_by_centre(crypto::SignedRecord& record) const { record.sign(root_); }
    void sign_by_root(crypto::SignedRecord& record, std::size_t agency, std::size_t root) const {
        record.sign(agencies_.at(agency).roots.at(root));
    }
    // One more office of an agency (0: tajik's, 1: uzbek's) with one device; its records stand
    // last.
    [[nodiscard]] EdgeDevice enrol(std::size_t agency, const std::string& office);
    // A note under the log key.
    [[nodiscard]] std::string note(TreeSize size, const Hash& root) const;

    FakeRandom random{7};
    std::optional<EdgeDevice> tajik;
    std::optional<EdgeDevice> uzbek;
    std::optional<EdgeDevice> stranger;  // of a third office, with no mail

  private:
    void write_directory(const crypto::Secret32& log_seed, const crypto::Secret32& curve,
                         const std::string& settings);
    void make_agency(const char* name);
    EdgeDevice make_device(const AgencySigners& agency, const char* office, const char* country);
    void make_policy(const AgencySigners& agency);
    void keep(const crypto::SignedRecord& record) { records_.push_back(record.encode()); }
    [[nodiscard]] const AgencySigners& agency_of(const EdgeDevice& device) const;

    TimeMs now_;
    TemporaryDirectory directory_;
    crypto::SigningKey root_;
    std::optional<crypto::NoteSigner> log_;
    crypto::Manifest manifest_;
    Home home_;
    std::vector<Bytes> records_;
    std::vector<AgencySigners> agencies_;
    std::uint64_t serial_ = 0;
};

}  // namespace chapar::testing
