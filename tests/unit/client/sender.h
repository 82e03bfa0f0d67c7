// Verbs of a sender, for tests: choose a file, draft, seal, be accepted, hear of it.
#pragma once

#include "client/core/approval.h"
#include "client/core/events.h"
#include "client/core/reseal.h"
#include "client/core/statements.h"
#include "tests/unit/client/memory_blobs.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {

struct Sender {
    explicit Sender(World& in) : world(in) {}

    World& world;
    MemoryBlobs blobs;
    MemoryFiles files;

    [[nodiscard]] client::SealPorts ports() { return {&files, &blobs, {}}; }

    // A PDF of so many bytes.
    client::DraftAttachment pdf(const std::string& path, std::size_t size) {
        Bytes text = to_bytes("%PDF-1.7\n");
        for (std::size_t i = text.size(); i < size; ++i) text.push_back(std::byte(i % 253));
        files.files[path] = {std::move(text), 0};
        return must(client::measure_attachment(files, path, path, "application/pdf"));
    }

    client::OutboxNumber add(Post& post, const client::Draft& draft) {
        return in_txn(*post.store,
                      [&](storage::Txn& txn) {
                          return client::add_drafts(txn, world.device(post), {&draft, 1}, world.now,
                                                    world.random);
                      })
            .front();
    }
    Result<client::SealReport> try_seal(Post& post, client::OutboxNumber number) {
        auto txn = must(post.store->begin_write());
        auto report = client::seal_drafts(*txn, world.device(post), {&number, 1}, world.now,
                                          world.random, ports());
        if (report) must(std::move(*txn).commit());
        return report;
    }
    client::OutboxNumber send(Post& post, const client::Draft& draft) {
        const auto number = add(post, draft);
        must(try_seal(post, number));
        return number;
    }
    // The broker accepts it, and the sender holds its receipt.
    std::vector<EntryIndex> log(Post& post, client::OutboxNumber number) {
        const auto at = world.accept(post, world.bytes_of(post, number));
        const auto sent = reading(*post.store, [&](const storage::ReadTxn& txn) {
            return client::sent_envelope(txn, number, post.agency);
        });
        const auto receipt = must(client::verify_receipt(
            sent, world.proofs(at), world.ledger->head(), world.ledger->note()));
        in_txn(*post.store,
               [&](storage::Txn& txn) { return client::outbox_logged(txn, number, receipt); });
        return at;
    }
    // An alert to AF that is logged.
    client::OutboxNumber logged(Post& post,
                                const client::Draft& draft = World::alert({"AF-SKB-BLO"})) {
        const auto number = send(post, draft);
        log(post, number);
        return number;
    }
    // The ledger says so.
    void refuse_by_entry(Post& post, client::OutboxNumber number, Errc code) {
        const auto sent = reading(*post.store, [&](const storage::ReadTxn& txn) {
            return client::sent_envelope(txn, number, post.agency);
        });
        const auto index =
            world.reject(post, world.bytes_of(post, number), std::string(text_of(code).code));
        const auto refusal = must(client::verify_refusal(
            sent, world.ledger->proof(index), world.ledger->head(), world.ledger->note()));
        in_txn(*post.store, [&](storage::Txn& txn) -> Status {
            CHAPAR_TRY(client::outbox_attempted(txn, number));
            return client::outbox_refused(txn, number, refusal);
        });
    }
    // It arrives there as an honest broker hands it out.
    client::InboxNumber deliver(Post& from, client::OutboxNumber number, Post& to) {
        const auto at = log(from, number);
        world.sync(to);
        const auto report = world.receive(to, world.delivery(to, world.bytes_of(from, number), at));
        REQUIRE(report.number.has_value());
        REQUIRE(report.reception == client::Reception::Stored);
        return *report.number;
    }
    // A signed statement of `by` is logged, and the sender hears of it.
    void hear(Post& post, client::OutboxNumber number, const Post& by, crypto::DeliveryEvent event,
              std::uint16_t reason = 0) {
        const auto item = world.item_of(post, number);
        EntryIndex accepted = *item.entry;
        for (const auto& office : item.offices) {
            if (office.agency == by.agency && office.at && office.stage == schemas::Stage::Logged) {
                accepted = *office.at;
            }
        }
        const crypto::DeliveryStatement statement{event,    item.hash, by.certificate,
                                                  accepted, world.now, reason};
        const auto batch = crypto::sign_statements({}, {&statement, 1}, by.key);
        const auto index = world.log_statement(by, statement, batch.item(0), accepted);
        world.sync(post);
        const auto entry =
            must(client::ProvenEntry::verify(world.ledger->proof(index), world.ledger->head()));
        in_txn(*post.store,
               [&](storage::Txn& txn) { return client::apply_event(txn, post.roots, entry); });
    }
    void refuse(Post& post, client::OutboxNumber number, Errc code) {
        in_txn(*post.store, [&](storage::Txn& txn) -> Status {
            CHAPAR_TRY(client::outbox_attempted(txn, number));
            return client::outbox_problem(txn, number,
                                          {std::string(text_of(code).code), "", "", {}});
        });
    }

    std::vector<client::ResealNeed> needs(Post& post) {
        return reading(*post.store, [&](const storage::ReadTxn& txn) {
            return client::find_reseals(txn, world.device(post), world.now);
        });
    }
    std::vector<client::OutboxNumber> reseal(
        Post& post, client::ResealVerdict verdict = client::ResealVerdict::Automatic) {
        return in_txn(*post.store, [&](storage::Txn& txn) {
            return client::add_reseals(txn, world.device(post), verdict, std::nullopt, world.now,
                                       world.random);
        });
    }
    client::StoredDraft draft_of(Post& post, client::OutboxNumber number) {
        return reading(*post.store, [&](const storage::ReadTxn& txn) {
            return client::stored_draft(txn, world.device(post), number);
        });
    }
};

}  // namespace chapar::testing
