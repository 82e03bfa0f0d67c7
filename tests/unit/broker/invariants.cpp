#include <doctest/doctest.h>

#include <map>
#include <set>

#include "broker/core/agency_mail.h"
#include "broker/core/envelope_row.h"
#include "broker/core/ledger_read.h"
#include "broker/core/tables.h"
#include "crypto/entry_body.h"
#include "crypto/envelope.h"
#include "crypto/tree.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {
namespace {

using crypto::LeafKind;
using crypto::MessageEvent;

// What walking the ledger gathers.
struct Seen {
    std::vector<Hash> leaf_hashes;
    std::map<EnvelopeHash, EntryIndex> accepted;  // first ACCEPTED entry
    std::set<EnvelopeHash> rejected;
    std::map<EntryIndex, EnvelopeHash> accepted_at;
};

void check_submission(const crypto::EntryBody& body, MessageEvent event, EntryIndex index,
                      Seen& seen) {
    REQUIRE(body.decision);
    CHECK(crypto::envelope_hash(*body.envelope) == *body.envelope_hash);
    if (event == MessageEvent::Accepted) {
        CHECK(body.decision->effect == crypto::PolicyEffect::Permit);
        CHECK(body.decision->code.empty());
        CHECK(body.decision->lines.size() >= 2);  // at least one export and one import rule
        for (const auto& line : body.decision->lines) {
            CHECK_FALSE(line.rule.empty());
            CHECK_FALSE(line.policy.is_zero());
        }
        seen.accepted.emplace(*body.envelope_hash, index);
        seen.accepted_at.emplace(index, *body.envelope_hash);
    } else {
        CHECK(body.decision->effect == crypto::PolicyEffect::Deny);
        CHECK(errc_of(body.decision->code));
        CHECK(seen.rejected.insert(*body.envelope_hash).second);
        for (const auto& line : body.decision->lines) {
            if (line.direction == crypto::PolicyDirection::Import) CHECK(line.rule.empty());
        }
    }
}

void check_message(const crypto::EntryBody& body, EntryIndex index, Seen& seen) {
    const auto event = static_cast<MessageEvent>(body.event);
    if (event == MessageEvent::Accepted || event == MessageEvent::Rejected) {
        check_submission(body, event, index, seen);
        return;
    }
    REQUIRE(body.accepted);
    REQUIRE(seen.accepted_at.contains(*body.accepted));
    CHECK(seen.accepted_at.at(*body.accepted) == *body.envelope_hash);
}

Seen walk(World& world, const storage::ReadTxn& txn) {
    Seen seen;
    TimeMs last_time;
    EntryIndex last_directory;
    for (std::uint64_t i = 0; i < world.frontier.size().value; ++i) {
        const EntryIndex index(i);
        const auto leaf = broker::read_leaf(txn, index).value();
        CHECK(leaf.index == index);
        CHECK(leaf.time >= last_time);
        CHECK(leaf.last_dir == last_directory);
        last_time = leaf.time;
        if (crypto::is_directory(leaf.kind)) last_directory = index;
        seen.leaf_hashes.push_back(crypto::leaf_hash(broker::leaf_bytes(txn, index).value()));
        const auto opened = broker::open_entry(txn, world.keys, index).value();
        const auto body = crypto::EntryBody::decode(leaf.kind, opened.body).value();
        CHECK(crypto::leaf_time(body.time) == leaf.time);
        if (leaf.kind == LeafKind::Message) check_message(body, index, seen);
    }
    return seen;
}

void check_rows(const storage::ReadTxn& txn, const std::vector<std::string>& names,
                const World& world, const Seen& seen) {
    for (const std::string& name : names) {
        const CertificateHash device = world.device_named(name).hash;
        const auto rows = broker::waiting_rows(txn, device, {}, 1000000).value();
        CHECK(broker::waiting_count(txn, device).value() == rows.size());
        for (const broker::MailboxRow& row : rows) {
            REQUIRE(seen.accepted.contains(row.envelope));
            CHECK(seen.accepted.at(row.envelope) == row.first);
            CHECK(seen.accepted_at.at(row.accepted) == row.envelope);
            CHECK(broker::load_delivery(txn, row).value().has_value());
        }
    }
}

// What is kept beside the rows is what adding them up gives.
void check_agencies(const storage::ReadTxn& txn, const std::vector<std::string>& names,
                    const World& world) {
    std::map<Bytes, broker::WaitingMail> sums;
    std::set<EntryIndex> weighed;
    for (const std::string& name : names) {
        const CertificateHash device = world.device_named(name).hash;
        const auto rows = broker::waiting_rows(txn, device, {}, 1000000).value();
        for (const broker::MailboxRow& row : rows) {
            const auto to = *broker::read_envelope(txn, row.envelope).value()->addressing;
            const AgencyId& recipient = to.agencies.at(row.accepted.value - row.first.value);
            const std::uint64_t bytes =
                weighed.insert(row.accepted).second ? to.conditions.size : 0;
            const auto account = broker::account_of(to.kind);
            for (broker::WaitingMail* sum :
                 {&sums[broker::agency_mail_key(recipient, account)],
                  &sums[broker::agency_mail_key({to.agency, recipient, account})]}) {
                sum->rows += 1;
                sum->bytes += bytes;
            }
        }
    }
    const auto rows = txn.cursor(broker::kAgencyMailTable);
    bool moved = rows->seek_first().has_value();
    for (; moved && rows->at_record(); moved = rows->next().has_value()) {
        const Bytes key = to_bytes(rows->key());
        REQUIRE(sums.contains(key));
        CHECK(broker::read_agency_mail(txn, key).value() == sums.at(key));
        sums.erase(key);
    }
    CHECK(moved);
    CHECK(sums.empty());
}

}  // namespace

void check_invariants(World& world) {
    const auto txn = world.read();
    const Seen seen = walk(world, *txn);
    CHECK(crypto::tree_root(seen.leaf_hashes) == world.frontier.root());
    for (const auto& [envelope, first] : seen.accepted) {
        CHECK_FALSE(seen.rejected.contains(envelope));
        const auto row = broker::read_envelope(*txn, envelope).value();
        REQUIRE(row);
        CHECK(row->first == first);
        CHECK_FALSE(row->refused);
    }
    for (const EnvelopeHash& envelope : seen.rejected) {
        CHECK(broker::read_envelope(*txn, envelope).value()->refused);
    }
    check_rows(*txn, world.device_names(), world, seen);
    check_agencies(*txn, world.device_names(), world);
}

}  // namespace chapar::testing
