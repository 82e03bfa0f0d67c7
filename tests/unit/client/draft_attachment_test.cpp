#include "crypto/envelope.h"
#include "crypto/padding.h"
#include "crypto/seal.h"
#include "crypto/sha256.h"
#include "tests/unit/client/sender.h"

namespace chapar::testing {
namespace {

client::Draft with(std::vector<client::DraftAttachment> attachments) {
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.attachments = std::move(attachments);
    return draft;
}

crypto::EnvelopeStatement statement_of(const client::OutboxBytes& bytes) {
    return must(crypto::EnvelopeStatement::decode(bytes.statement));
}

}  // namespace

// Fails if fit_inline() counts only the attachments, or if blobs are named by anything but R_j.
TEST_CASE("a small attachment goes beside the text, a large one becomes a blob named by its root") {
    World world;
    Sender sender(world);
    const auto small = sender.send(world.tj, with({sender.pdf("small.pdf", 1000)}));
    CHECK(world.item_of(world.tj, small).files.empty());
    REQUIRE(world.bytes_of(world.tj, small).streams.size() == 2);
    CHECK_FALSE(world.bytes_of(world.tj, small).streams[1].empty());
    CHECK(sender.blobs.blobs.empty());

    const auto large =
        sender.send(world.tj, with({sender.pdf("a.pdf", 300'000), sender.pdf("b.pdf", 100)}));
    const auto item = world.item_of(world.tj, large);
    const auto bytes = world.bytes_of(world.tj, large);
    const auto statement = statement_of(bytes);
    REQUIRE(item.files.size() == 2);
    REQUIRE(bytes.streams.size() == 3);
    CHECK_FALSE(bytes.streams[0].empty());
    for (std::size_t j = 1; j < 3; ++j) {
        CHECK(bytes.streams[j].empty());
        CHECK(item.files[j - 1].root == statement.streams[j].root);
        CHECK(item.files[j - 1].size == statement.streams[j].size);
        CHECK(crypto::check_stream(statement.streams[j],
                                   sender.blobs.blobs.at(statement.streams[j].root))
                  .has_value());
    }
}

// Fails if the secrets are kept in the order of the blobs, or not at all.
TEST_CASE("the sender's stream secrets open each stream as it was chosen") {
    World world;
    Sender sender(world);
    const auto number = sender.send(world.tj, with({sender.pdf("a.pdf", 300'000)}));
    const auto secrets = reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
        return client::stream_secrets(txn, world.device(world.tj), number);
    });
    REQUIRE(secrets.size() == 2);
    const client::OutboxFile file = world.item_of(world.tj, number).files.front();
    const auto keys = crypto::stream_keys_of(secrets[1].duplicate());
    auto text = must(crypto::open_stream(keys.key, sender.blobs.blobs.at(file.root)));
    text.truncate(must(crypto::unpadded_size(text.expose())));
    CHECK(equal(text.expose(), sender.files.files.at("a.pdf").text));
    const auto digest = sender.draft_of(world.tj, number).attachments.front().digest;
    CHECK(crypto::sha256(text.expose()) == digest);
}

// Fails if feed() does not compare length and digest after the second reading.
TEST_CASE("a file that was changed after it was chosen is not sealed and leaves no blob") {
    for (const auto& change :
         {+[](Bytes& text) { text.back() ^= std::byte{1}; },
          +[](Bytes& text) { text.push_back(std::byte{1}); }, +[](Bytes& text) { text.pop_back(); },
          +[](Bytes& text) { text.clear(); }}) {
        World world;
        Sender sender(world);
        const auto number = sender.add(
            world.tj, with({sender.pdf("kept.pdf", 90'000), sender.pdf("a.pdf", 200'000)}));
        change(sender.files.files.at("a.pdf").text);
        const auto sealed = sender.try_seal(world.tj, number);
        CHECK(error_of(sealed) == Errc::AttachmentChanged);
        CHECK(sealed.error().context == "a.pdf");
        CHECK(sender.blobs.blobs.empty());
        CHECK(world.item_of(world.tj, number).stage == schemas::Stage::Drafted);
    }
}

// Fails if measure_attachment() asks only for the name of the type.
TEST_CASE("a file whose type is not allowed, or that is something else, is not chosen") {
    World world;
    Sender sender(world);
    sender.files.files["tool.pdf"] = {to_bytes("\x7f"
                                               "ELF........."),
                                      0};
    sender.files.files["notes.txt"] = {to_bytes("#!/bin/sh\n"), 0};
    sender.files.files["all.zip"] = {to_bytes("PK\x03\x04"), 0};
    const auto choose = [&](const char* path, const char* type) {
        return error_of(client::measure_attachment(sender.files, path, path, type));
    };
    CHECK(choose("tool.pdf", "application/pdf") == Errc::AttachmentType);
    CHECK(choose("notes.txt", "text/plain") == Errc::AttachmentType);
    CHECK(choose("all.zip", "application/zip") == Errc::AttachmentType);
    CHECK(choose("all.zip", "application/x-chapar-draft") == Errc::AttachmentType);
    CHECK(choose("missing.pdf", "application/pdf") == Errc::NotFound);
}

// Fails if the length is not bounded while the file is read for the first time.
TEST_CASE("a file above 100 MiB is not chosen, one of exactly 100 MiB is") {
    World world;
    Sender sender(world);
    MemoryFile& file = sender.files.files["scan.pdf"];
    file = {to_bytes("%PDF-1.7"), limits::kAttachmentBytes - 8};
    CHECK(must(client::measure_attachment(sender.files, "scan.pdf", "scan.pdf", "application/pdf"))
              .listed.length == limits::kAttachmentBytes);
    ++file.zeros;
    CHECK(error_of(client::measure_attachment(sender.files, "scan.pdf", "scan.pdf",
                                              "application/pdf")) == Errc::AttachmentTooLarge);
}

// Fails if a name from the file system reaches the manifest unchecked.
TEST_CASE("a name that is no file name is refused before anything is stored") {
    World world;
    Sender sender(world);
    auto attachment = sender.pdf("a.pdf", 100);
    attachment.listed.file_name = "../a.pdf";
    const client::Draft draft = with({attachment});
    auto txn = must(world.tj.store->begin_write());
    CHECK(error_of(client::add_drafts(*txn, world.device(world.tj), {&draft, 1}, world.now,
                                      world.random)) == Errc::FieldInvalid);
}

// Fails if needs_itself() forgets a stage.
TEST_CASE("a blob is kept until every office has it, and given up once") {
    World world;
    Sender sender(world);
    const auto settled = [&] {
        return in_txn(
                   *world.tj.store,
                   [&](storage::Txn& txn) { return client::outbox_settled_blobs(txn, world.now); })
            .size();
    };
    const auto number = sender.send(world.tj, with({sender.pdf("a.pdf", 200'000)}));
    CHECK(settled() == 0);
    sender.log(world.tj, number);
    CHECK(settled() == 0);
    CHECK(reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
              return client::outbox_needed_blobs(txn, world.now);
          }).size() == 1);
    sender.hear(world.tj, number, world.af, crypto::DeliveryEvent::Delivered);
    CHECK(settled() == 1);
    CHECK(settled() == 0);
    CHECK(reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
              return client::outbox_needed_blobs(txn, world.now);
          }).empty());
}

// Fails if outbox_problem() leaves `uploaded` when the broker says that it lacks the stream.
TEST_CASE("a stream that the broker lacks is uploaded again, and the envelope waits") {
    World world;
    Sender sender(world);
    const auto number = sender.send(world.tj, with({sender.pdf("a.pdf", 200'000)}));
    const Hash root = world.item_of(world.tj, number).files.front().root;
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::outbox_uploaded(txn, number, root); });
    CHECK(world.item_of(world.tj, number).files.front().uploaded);
    sender.refuse(world.tj, number, Errc::StreamMissing);
    CHECK(world.item_of(world.tj, number).stage == schemas::Stage::OnThisComputer);
    CHECK_FALSE(world.item_of(world.tj, number).files.front().uploaded);
}

}  // namespace chapar::testing
