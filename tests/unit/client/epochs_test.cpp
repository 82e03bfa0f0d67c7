#include "client/core/epochs.h"
#include "client/core/own_audit.h"
#include "client/core/statements.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::Reception;

struct Mail {
    client::OutboxNumber number;
    client::OutboxBytes bytes;
    std::vector<EntryIndex> at;
};

// TJ sends an alert to AF, and holds its receipt.
Mail send(World& world) {
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    Mail mail{number, world.bytes_of(world.tj, number), {}};
    mail.at = world.accept(world.tj, mail.bytes);
    const auto sent = reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
        return client::sent_envelope(txn, number, world.tj.agency);
    });
    const auto receipt = must(client::verify_receipt(sent, world.proofs(mail.at),
                                                     world.ledger->head(), world.ledger->note()));
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::outbox_logged(txn, number, receipt); });
    return mail;
}

client::ReceptionReport take(World& world, const Mail& mail) {
    return world.receive(world.af, world.delivery(world.af, mail.bytes, mail.at));
}

std::set<KeyId> over(Post& post, TimeMs own_clock) {
    return reading(*post.store, [&](const storage::ReadTxn& txn) {
        return client::epochs_over(txn, post.certificate, post.epochs, own_clock);
    });
}

// What a session does at its start and when the mailbox has run dry.
void destroy(const World& world, Post& post) {
    for (const KeyId id : over(post, world.now)) post.epochs.erase(id);
}

void ran_dry(Post& post) {
    in_txn(*post.store, [](storage::Txn& txn) -> Status {
        const TimeMs ledger_time = CHAPAR_TRY(client::DirectoryView(txn).ledger_time());
        return client::mark_fetched(txn, ledger_time);
    });
}

std::vector<client::StatementItem> owed(World& world, Post& post) {
    const auto device = world.device(post);
    in_txn(*post.store, [&](storage::Txn& txn) { return client::sign_statements(txn, device); });
    return reading(*post.store,
                   [](const storage::ReadTxn& txn) { return client::pending_statements(txn); });
}

void renew(World& world, Post& post) {
    const auto plan = reading(*post.store, [&](const storage::ReadTxn& txn) {
        return client::next_bundle(client::DirectoryView(txn), post.certificate, post.office,
                                   world.now);
    });
    world.publish_bundle(post, plan);
}

std::optional<crypto::PrekeyBundle> newest(Post& post) {
    const auto held = reading(*post.store, [&](const storage::ReadTxn& txn) {
        return client::DirectoryView(txn).newest_bundle(post.certificate);
    });
    return held ? std::optional(held->record) : std::nullopt;
}

}  // namespace

// Fails if bundle_is_due() leaves out the age, the cover, or the secrets held.
TEST_CASE("a bundle is renewed every week, before it runs short, and when its secrets are lost") {
    World world;
    Post& af = world.af;
    const auto due = [&](TimeMs now) { return client::bundle_is_due(newest(af), af.epochs, now); };
    CHECK(client::bundle_is_due(std::nullopt, af.epochs, world.now));
    renew(world, af);
    world.sync(af);
    const TimeMs made = world.now;
    CHECK(newest(af)->first_epoch == EpochDay(day_of(made).value - 1));
    CHECK_FALSE(due(made));
    CHECK_FALSE(due(made + kDay * 6));
    CHECK(due(made + kDay * 7));

    crypto::BundlePlan brief;
    brief.certificate = af.certificate;
    brief.sequence = 3;
    brief.first_epoch = day_of(made);
    brief.epochs = 8;
    world.publish_bundle(af, brief);
    world.sync(af);
    CHECK_FALSE(due(made));
    CHECK(due(made + kDay));
    af.epochs.clear();
    CHECK(due(made));
}

TEST_CASE("the next bundle follows the newest of the directory") {
    World world;
    renew(world, world.af);
    world.sync(world.af);
    const auto second = newest(world.af);
    REQUIRE(second.has_value());
    CHECK(second->sequence == 2);
    renew(world, world.af);
    world.sync(world.af);
    CHECK(newest(world.af)->sequence == 3);
    CHECK(newest(world.af)->previous ==
          crypto::record_hash(crypto::RecordType::Bundle, second->encode()));
}

// Fails if epochs_over() does not wait for fetched_to().
TEST_CASE("a day's secret goes when the ledger is past its keep days and the mail was fetched") {
    World world;
    Post& af = world.af;
    const KeyId first = af.epochs.begin()->first;
    world.now = start_of(EpochDay(crypto::epoch_day_of(first).value + 1)) + kDay * 7 + kSecond;
    world.log_time();
    CHECK(over(af, world.now).empty());  // not synced
    world.sync(af);
    CHECK(over(af, world.now).empty());  // mail may wait
    ran_dry(af);
    CHECK(over(af, world.now) == std::set{first});
    destroy(world, af);
    CHECK(over(af, world.now).empty());
}

// Fails if epochs_over() has no unconditional rule, or asks one clock only.
TEST_CASE("a day's secret goes 30 days later whatever the broker shows") {
    World world;
    Post& af = world.af;
    const KeyId first = af.epochs.begin()->first;
    const TimeMs last = start_of(EpochDay(crypto::epoch_day_of(first).value + 1)) + kDay * 37;
    CHECK(over(af, last).empty());
    CHECK(over(af, last + kSecond) == std::set{first});
    // A verified time counts as the own clock does.
    const TimeMs before = world.now;
    world.now = last + kSecond;
    world.log_time();
    world.sync(af);
    CHECK(over(af, before) == std::set{first});
}

// Fails if advance_latest_time() keeps what it is given, or mark_fetched() does.
TEST_CASE("a clock that is set back brings no secret back to life") {
    World world;
    Post& af = world.af;
    const TimeMs late = world.now + kDay * 60;
    in_txn(*af.store, [&](storage::Txn& txn) -> Status {
        CHAPAR_TRY(client::advance_latest_time(txn, late));
        CHAPAR_TRY(client::advance_latest_time(txn, world.now));
        CHAPAR_TRY(client::mark_fetched(txn, late));
        return client::mark_fetched(txn, world.now);
    });
    af.store = must(storage::MemoryStore::reopen(*af.store));
    const auto kept =
        reading(*af.store, [](const storage::ReadTxn& txn) { return client::latest_time(txn); });
    CHECK(kept == late);
    CHECK(reading(*af.store, [](const storage::ReadTxn& txn) { return client::fetched_to(txn); }) ==
          late);
    CHECK(over(af, world.now).size() >= 23);
}

TEST_CASE("the secrets of a bundle that the directory does not hold go too") {
    World world;
    Post& af = world.af;
    const KeyId stray = crypto::key_id_of(9, day_of(world.now));
    af.epochs.emplace(stray, crypto::EpochSecret::generate(stray, 1, world.random));
    CHECK_FALSE(over(af, world.now + kDay * 60).contains(stray));
    CHECK(over(af, world.now + kDay * 62).contains(stray));
}

// Fails if epochs_over() destroys by the own clock what was not fetched.
TEST_CASE("an office that was offline for 10 days opens its mail") {
    World world;
    const Mail mail = send(world);
    world.now = world.now + kDay * 10;
    world.log_time();
    world.sync(world.af);
    destroy(world, world.af);
    CHECK(take(world, mail).reception == Reception::Stored);
    ran_dry(world.af);
    destroy(world, world.af);
    const KeyId used = mail.bytes.stanzas.front().label.key_id;
    CHECK_FALSE(world.af.epochs.contains(used));
    CHECK(take(world, mail).reception == Reception::Duplicate);
}

TEST_CASE("an office that was offline for 40 days says that the key is gone") {
    World world;
    const Mail mail = send(world);
    world.now = world.now + kDay * 40;
    world.log_time();
    world.sync(world.af);
    destroy(world, world.af);
    CHECK(take(world, mail).reception == Reception::Unopenable);
    const auto statements = owed(world, world.af);
    REQUIRE(statements.size() == 1);
    CHECK(statements.front().statement.event == crypto::DeliveryEvent::Unopenable);
    CHECK(statements.front().statement.reason == client::statement_reason::kKeyGone);
}

// The store comes back as it was, and no backup holds the epoch secrets.
TEST_CASE("a device restored from last week's backup loses keys, not order") {
    World world;
    Post& af = world.af;
    const Mail before = send(world);
    CHECK(take(world, before).reception == Reception::Stored);
    const auto backup = must(storage::MemoryStore::reopen(*af.store));

    world.now = world.now + kDay * 7;
    renew(world, af);
    world.sync(af);
    world.sync(world.tj);
    const Mail lost = send(world);
    CHECK(take(world, lost).reception == Reception::Stored);
    const Mail waiting = send(world);

    af.store = must(storage::MemoryStore::reopen(*backup));
    af.epochs.clear();
    af.made.clear();
    af.memory = client::BundleMemory::SetBack;
    const auto alarms = world.sync(af).alarms;
    REQUIRE(alarms.size() == 1);
    CHECK(alarms.front().kind == client::AlarmKind::BundleFromBefore);
    const auto device = world.device(af);
    CHECK_FALSE(reading(*af.store, [&](const storage::ReadTxn& txn) {
                    return client::due_suspension(txn, device, world.now);
                }).has_value());

    // Nothing is shown twice; what waits is answered, so that it is sealed again.
    CHECK(take(world, before).reception == Reception::Duplicate);
    CHECK(take(world, waiting).reception == Reception::Unopenable);
    const auto statements = owed(world, af);
    CHECK(std::ranges::any_of(statements, [&](const client::StatementItem& item) {
        return item.statement.reason == client::statement_reason::kKeyGone &&
               item.statement.accepted == waiting.at.front();
    }));

    CHECK(client::bundle_is_due(newest(af), af.epochs, world.now));
    renew(world, af);
    world.sync(af);
    world.sync(world.tj);
    CHECK(newest(af)->sequence == 3);
    const auto report = take(world, send(world));
    CHECK(report.reception == Reception::Stored);
    CHECK(report.missing >= 1);  // the sender holds receipts for what this copy never saw
}

}  // namespace chapar::testing
