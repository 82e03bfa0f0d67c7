// What the independent implementation made, read with the product's code.
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "crypto/body_seal.h"
#include "crypto/bundle.h"
#include "crypto/checkpoint.h"
#include "crypto/entry_body.h"
#include "crypto/envelope.h"
#include "crypto/leaf.h"
#include "crypto/manifest.h"
#include "crypto/peers.h"
#include "crypto/policy_record.h"
#include "crypto/suspension.h"
#include "crypto/tree.h"
#include "integration/interop/interop.h"
#include "integration/interop/interop_json.h"

namespace chapar::interop {
namespace {

using namespace crypto;

void demand(bool condition, const std::string& what) {
    if (!condition) throw std::runtime_error("refused: " + what);
}
template <typename T>
T must(Result<T> result, const std::string& what) {
    if (!result) {
        throw std::runtime_error(what + ": " + std::string(text_of(result.error().code).code) +
                                 " " + result.error().context);
    }
    return std::move(result).value();
}

// The chain as a ledger would fold it.
class Chain {
  public:
    explicit Chain(const SigningPublicKey& centre) : centre_(centre) {}

    // Opens the record as who must have signed it says, and writes it again.
    void take(const SignedRecord& record) {
        const std::string what = "record type " + std::to_string(static_cast<int>(record.type));
        switch (record.type) {
            case RecordType::Manifest:
                return same(record, must(open_manifest(record), what));
            case RecordType::Agency: {
                const AgencyId name = must(AgencyRecord::decode(record.body), what).agency;
                const auto old = agencies_.find(name);
                auto opened = must(
                    open_agency(record, centre_, old == agencies_.end() ? nullptr : &old->second),
                    what);
                same(record, opened);
                agencies_.insert_or_assign(name, std::move(opened));
                return;
            }
            case RecordType::Registrars: {
                const AgencyId name = must(RegistrarsRecord::decode(record.body), what).agency;
                auto opened = must(open_registrars(record, agencies_.at(name)), what);
                same(record, opened);
                registrars_.insert_or_assign(name, std::move(opened));
                return;
            }
            case RecordType::Bundle:
                return same(record, must(open_bundle(record, last_sign_key_), what));
            default:
                return by_registrars(record, what);
        }
    }

  private:
    template <typename Body>
    static void same(const SignedRecord& record, const Body& body) {
        demand(body.encode() == record.body, "another encoding");
    }
    void by_registrars(const SignedRecord& record, const std::string& what) {
        const RegistrarsRecord& people =
            registrars_.at(must(agency_named_by(record), what + " names no agency"));
        if (record.type == RecordType::Office)
            same(record, must(open_office(record, people), what));
        if (record.type == RecordType::Device) {
            const auto device = must(open_device(record, people), what);
            last_sign_key_ = device.request.request.sign_key;
            same(record, device);
        }
        if (record.type == RecordType::Revoke)
            same(record, must(open_revoke(record, people), what));
        if (record.type == RecordType::Policy)
            same(record, must(open_policy(record, people), what));
        if (record.type == RecordType::Peers) same(record, must(open_peers(record, people), what));
        if (record.type == RecordType::Suspend) {
            same(record, must(open_suspend(record, people), what));
        }
        if (record.type == RecordType::Reinstate) {
            same(record, must(open_reinstate(record, people), what));
        }
    }

    SigningPublicKey centre_;
    SigningPublicKey last_sign_key_;
    std::map<AgencyId, AgencyRecord> agencies_;
    std::map<AgencyId, RegistrarsRecord> registrars_;
};

// Also: every byte of a record's signatures and body is covered.
void check_flips(const SignedRecord& record, const SigningPublicKey& centre) {
    Bytes wire = record.encode();
    for (std::size_t i = 0; i < wire.size(); i += 11) {
        wire[i] ^= std::byte{1};
        const auto flipped = SignedRecord::decode(wire);
        const bool taken = flipped && flipped->type == RecordType::Manifest
                               ? open_manifest(*flipped).has_value()
                               : flipped && open_agency(*flipped, centre, nullptr).has_value();
        demand(!taken, "nothing: a flipped byte was taken");
        wire[i] ^= std::byte{1};
    }
}

std::size_t check_records(const json::value& file) {
    const auto centre = SigningPublicKey::from(bytes_at(file, "centre_root")).value();
    Chain chain(centre);
    std::size_t count = 0;
    for (const json::value& each : file.at("records").as_array()) {
        const auto record = must(SignedRecord::decode(bytes_at(each, "wire")), "record");
        demand(record.encode() == bytes_at(each, "wire"), "the wire form differs");
        demand(to_bytes(record.hash().view()) == bytes_at(each, "hash"), "record hash");
        chain.take(record);
        const bool by_centre = record.type == RecordType::Manifest ||
                               (record.type == RecordType::Agency && record.signatures.size() == 1);
        if (by_centre) check_flips(record, centre);
        ++count;
    }
    return count;
}

std::size_t check_ledger(const json::value& file) {
    std::vector<Hash> hashes;
    for (const json::value& each : file.at("entries").as_array()) {
        const Bytes leaf_bytes = bytes_at(each, "leaf"), body_bytes = bytes_at(each, "body");
        const Leaf leaf = must(Leaf::decode(leaf_bytes), "leaf");
        demand(leaf.encode() == leaf_bytes, "the leaf's encoding");
        const auto salt = Hash::from(bytes_at(each, "salt")).value();
        demand(body_commit(BodySalt{salt.bytes}, body_bytes) == leaf.body_commit, "body commit");
        const EntryBody body = must(EntryBody::decode(leaf.kind, body_bytes), "body");
        demand(must(body.encode(), "body") == body_bytes, "the body's encoding");
        hashes.push_back(leaf_hash(leaf_bytes));
    }
    const auto log = must(NoteVerifier::parse(text_at(file, "vkey")), "vkey");
    const auto older = must(open_checkpoint(text_at(file, "old_note"), log), "old note");
    const auto newer = must(open_checkpoint(text_at(file, "new_note"), log), "new note");
    demand(newer.size.value == hashes.size() && newer.root == tree_root(hashes), "root");
    std::vector<Hash> path;
    for (const json::value& node : file.at("consistency").as_array()) {
        path.push_back(Hash::from(from_hex(std::string(node.as_string())).value()).value());
    }
    demand(check_consistency(older.size.value, older.root, newer.size.value, newer.root, path)
               .has_value(),
           "consistency");
    return hashes.size();
}

// The statement and the approvals of the story.
std::size_t check_signatures(const json::value& file) {
    const json::value& s = file.at("statement");
    const auto statement = must(DeliveryStatement::decode(bytes_at(s, "D")), "statement");
    const auto item = must(BatchItem::decode(bytes_at(s, "item")), "item");
    const auto key =
        must(VerifyingKey::create(SigningPublicKey::from(bytes_at(s, "pk")).value()), "key");
    demand(check_item(statement, item, key).has_value(), "statement");
    const auto envelope = must(EnvelopeStatement::decode(bytes_at(file, "envelope")), "envelope");
    const auto home = Home::from(bytes_at(file, "home")).value();
    std::size_t count = 1;
    for (const Approval& approval : envelope.approvals) {
        const auto approver = must(
            VerifyingKey::create(SigningPublicKey::from(bytes_at(file.at("approvers"),
                                                                 to_hex(approval.approver.view())))
                                     .value()),
            "approver");
        demand(check_approval(home, context_hash(envelope.header), approval, approver).has_value(),
               "approval");
        ++count;
    }
    return count;
}

}  // namespace

int check(const std::string& name) {
    std::ifstream stream(name, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    const json::value file = json::parse(text.str());
    const std::size_t records = check_records(file);
    const std::size_t entries = check_ledger(file);
    const std::size_t signatures = check_signatures(file);
    std::printf("%zu records, %zu ledger entries, %zu statements and approvals\n", records, entries,
                signatures);
    return 0;
}

}  // namespace chapar::interop
