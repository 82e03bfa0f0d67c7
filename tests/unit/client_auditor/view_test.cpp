#include "client/core/mirror_alarms.h"
#include "client/core/mirror_search.h"
#include "tests/unit/client_auditor/recorded.h"

namespace chapar::testing {
namespace {

const crypto::Secret32& audit_key(Recorded& ledger, const char* agency) {
    return ledger.world.agency_named(agency).signers.audit.secret;
}

std::vector<client::EntrySummary> found(Mirror& mirror, const client::MirrorQuery& query) {
    return client::search_mirror(*mirror.store.begin_read().value(), query).value().entries;
}

std::vector<schemas::StoredEntry> stored(const std::vector<broker::RecordedEntry>& entries) {
    std::vector<schemas::StoredEntry> out;
    for (const auto& entry : entries) out.push_back({entry.leaf, entry.body});
    return out;
}

TEST_CASE("each agency opens exactly its own entries, and none is missing") {
    Recorded ledger;
    for (const auto& [agency, own] : {std::pair{"TJ-DCA", 5U}, std::pair{"CARICC", 4U}}) {
        Mirror mirror(ledger);
        mirror.take_all(ledger.entries());
        const auto report = mirror.view(audit_key(ledger, agency));
        CHECK(report.complete());
        CHECK(report.reader == agency);
        CHECK(report.own == own);  // two ACCEPTED, one DELIVERED, and its policies
        CHECK(report.opened == own);
    }
    Mirror centre(ledger);
    centre.take_all(ledger.entries());
    const auto report = centre.view(ledger.world.auditor);
    CHECK(report.complete());
    CHECK(report.reader == "*");
    CHECK(report.others == 0);
}

// Fails if a body that is not there is taken for another agency's.
// Fails if complete() does not ask for contradictions.
TEST_CASE("a view is not complete where notes of another history are kept") {
    Recorded ledger;
    Mirror mirror(ledger);
    mirror.take_all(ledger.entries());
    auto txn = mirror.store.begin_write().value();
    REQUIRE(client::keep_mirror_alarm(*txn, "a note"));
    // A head of this very tree, kept since other entries were handed out under it, is none.
    REQUIRE(client::keep_mirror_alarm(*txn, client::mirror_state(*txn).value().note));
    REQUIRE(std::move(*txn).commit());
    const auto report = mirror.view(ledger.world.auditor);
    CHECK(report.contradictions == 1);
    CHECK_FALSE(report.complete());
}

TEST_CASE("a body that is kept back or exchanged is named, and is closed by the right one") {
    Recorded ledger;
    const auto honest = ledger.entries();
    const EntryIndex at = ledger.small.first.first;
    auto kept_back = honest;
    kept_back[at.value].body.clear();
    auto exchanged = honest;
    exchanged[at.value].body.back() ^= std::byte{1};
    for (const auto& entries : {kept_back, exchanged}) {
        Mirror mirror(ledger);
        mirror.take_all(entries);
        const auto report = mirror.view(audit_key(ledger, "CARICC"));
        CHECK_FALSE(report.complete());
        REQUIRE(report.missing.size() == 1);
        CHECK(report.missing.front().index == at);
        {
            auto txn = mirror.store.begin_write().value();
            CHECK(client::missing_bodies(*txn, 10).value() == std::vector{at});
            CHECK_FALSE(client::replace_body(*txn, at, honest[at.value + 1]));
            REQUIRE(client::replace_body(*txn, at, honest[at.value]));
            REQUIRE(std::move(*txn).commit());
        }
        CHECK(mirror.view(audit_key(ledger, "CARICC")).complete());
    }
}

// Fails if a KEY entry without its body passes: then a broker could hide a tag key, and with it
// every entry of its month.
TEST_CASE("a ledger key whose copies are kept back makes the view incomplete") {
    Recorded ledger;
    auto entries = ledger.entries();
    for (auto& entry : entries) {
        const auto leaf = crypto::Leaf::decode(entry.leaf).value();
        if (leaf.kind != crypto::LeafKind::Key) continue;
        const auto body = crypto::EntryBody::decode(leaf.kind, entry.body).value();
        if (body.event != crypto::event_number(crypto::KeyEvent::Opened)) continue;
        const auto scope = crypto::LedgerKeyRecord::decode(*body.record).value().scope;
        if (scope.purpose() != crypto::LedgerKeyPurpose::Tag ||
            scope.first() != AgencyId::parse("CARICC").value()) {
            continue;
        }
        entry.body.clear();
    }
    Mirror mirror(ledger);
    mirror.take_all(entries);
    const auto report = mirror.view(audit_key(ledger, "CARICC"));
    CHECK(report.unfounded.total == 1);
    CHECK_FALSE(report.complete());
}

TEST_CASE("a tombstone that no PRUNE entry covers makes the view incomplete") {
    Recorded ledger;
    auto entries = ledger.entries();
    auto& entry = entries[ledger.small.first.first.value];
    entry = {crypto::tombstone_of(crypto::stored_leaf_hash(entry.leaf)), {}};
    Mirror mirror(ledger);
    mirror.take_all(entries);
    const auto report = mirror.view(audit_key(ledger, "CARICC"));
    CHECK(report.pruned == 1);
    CHECK(report.missing_total == 0);
    CHECK_FALSE(report.complete());
}

TEST_CASE("what was lawfully pruned is counted, and the view is complete") {
    Recorded pruned;
    Mirror other(pruned);
    other.take_all(stored(pruned_entries(pruned.small)));
    const auto report = other.view(audit_key(pruned, "CARICC"));
    CHECK(report.pruned == 3);
    CHECK(report.complete());
}

TEST_CASE("a mirror is one reader's; a stranger's key is nobody's") {
    Recorded ledger;
    Mirror mirror(ledger);
    mirror.take_all(ledger.entries());
    mirror.view(audit_key(ledger, "CARICC"));
    auto txn = mirror.store.begin_write().value();
    const auto other = client::MirrorReader{AgencyId::parse("TJ-DCA").value()};
    client::MirrorSecrets secrets(audit_key(ledger, "TJ-DCA"));
    CHECK(client::view_some(*txn, ledger.card, other, secrets, 1).error().code == Errc::Conflict);
    const auto stranger = crypto::Secret32::random(ledger.world.random);
    CHECK(
        client::find_reader(*txn, ledger.card, crypto::x25519_public_key(stranger)).error().code ==
        Errc::NotFound);
}

TEST_CASE("what another agency may read is refused with that word, not shown as missing") {
    Recorded ledger;
    // Refused by its own policy: an entry of TJ-DCA with itself.
    ledger.world.drop_rule("TJ-DCA", "export.secret");
    const auto refused = ledger.world.submit(ledger.small.seal(schemas::Classification::Secret));
    REQUIRE(refused.code == Errc::PolicyRefused);
    Mirror mirror(ledger);
    mirror.take_all(ledger.entries());
    CHECK(mirror.view(audit_key(ledger, "CARICC")).complete());
    const auto txn = mirror.store.begin_read().value();
    const client::MirrorReader reader{AgencyId::parse("CARICC").value()};
    client::MirrorSecrets secrets(audit_key(ledger, "CARICC"));
    CHECK(
        client::open_mirror_entry(*txn, ledger.card, reader, secrets, refused.first).error().code ==
        Errc::NotPermitted);
    const auto own =
        client::open_mirror_entry(*txn, ledger.card, reader, secrets, ledger.small.first.first);
    REQUIRE(own);
    CHECK(own->body.envelope_hash == ledger.small.low.hash);

    Mirror theirs(ledger);
    theirs.take_all(ledger.entries());
    theirs.view(audit_key(ledger, "TJ-DCA"));
    client::MirrorQuery query;
    query.refused = true;
    const auto refusals = found(theirs, query);
    REQUIRE(refusals.size() == 1);
    CHECK(refusals.front().index == refused.first);
    CHECK(refusals.front().code == "policy.refused");
    CHECK(found(mirror, query).empty());
}

TEST_CASE("search goes by office, kind, case and time, page by page, in order") {
    Recorded ledger;
    ledger.grow(30);
    Mirror mirror(ledger);
    mirror.take_all(ledger.entries());
    mirror.view(audit_key(ledger, "CARICC"));
    const auto whole = found(mirror, {.limit = 1000});
    CHECK(std::ranges::is_sorted(whole, {}, &client::EntrySummary::index));

    std::vector<client::EntrySummary> paged;
    client::MirrorQuery query{.limit = 7};
    for (;;) {
        const auto page = client::search_mirror(*mirror.store.begin_read().value(), query).value();
        paged.insert(paged.end(), page.entries.begin(), page.entries.end());
        if (!page.after) break;
        CHECK(page.entries.size() == 7);
        query.after = page.after;
    }
    CHECK(paged == whole);

    client::MirrorQuery by_kind{.kind = 100, .limit = 1000};
    const auto alerts = found(mirror, by_kind);
    CHECK(alerts.size() == 3);  // two ACCEPTED, one DELIVERED
    by_kind.case_id = alerts.front().case_id;
    for (const auto& entry : found(mirror, by_kind)) CHECK(entry.case_id == by_kind.case_id);
    client::MirrorQuery by_office{.office = OfficeId::parse("TJ-BLO").value(), .limit = 1000};
    for (const auto& entry : found(mirror, by_office)) {
        CHECK(std::ranges::find(entry.offices, *by_office.office) != entry.offices.end());
    }
    const TimeMs middle = whole[whole.size() / 2].time;
    const auto early = found(mirror, {.to = middle, .limit = 1000});
    const auto late = found(mirror, {.from = middle, .limit = 1000});
    CHECK(early.size() + late.size() == whole.size());
    for (const auto& entry : late) CHECK(entry.time >= middle);
}

TEST_CASE("a summary is read back as it was written") {
    client::EntrySummary summary;
    summary.index = EntryIndex(7);
    summary.time = TimeMs(1795154400123);
    summary.sender_agency = AgencyId::parse("TJ-DCA").value();
    summary.message_kind = 100;
    summary.case_id = CaseId{};
    summary.accepted = EntryIndex(3);
    summary.offices = {OfficeId::parse("TJ-BLO").value(), OfficeId::parse("KZ-OPS").value()};
    summary.code = "policy.refused";
    summary.subject = "why";
    const Bytes bytes = summary.encode();
    CHECK(client::EntrySummary::decode(EntryIndex(7), bytes).value() == summary);
    CHECK_FALSE(client::EntrySummary::decode(EntryIndex(7), ByteView(bytes).first(9)));
}

}  // namespace
}  // namespace chapar::testing
