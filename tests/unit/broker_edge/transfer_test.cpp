// Attachments over real sockets: upload, submit, fetch, and everybody who may not.
#include "schemas/base/hex.h"
#include "tests/unit/broker_edge/transfer_client.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

constexpr std::size_t kLarge = 300'000;  // more than fits inline: five chunks and padding

struct Scene : Exchange {
    using Exchange::Exchange;
    Centre::Sealed seal(std::size_t bytes = kLarge, std::uint8_t seed = 9) {
        return centre.seal_with({BodySample::random_bytes(bytes, seed)});
    }
    // Uploaded by `sender`, accepted.
    Centre::Sealed sent(TestClient& sender) {
        Centre::Sealed sealed = seal();
        upload(sender, BodySample(sealed.files.at(0)));
        CHECK(submit(sender, sealed.envelope).items.at(0).code == "");
        return sealed;
    }
    void publish(const Bytes& record) {
        AdminClient(centre.directory() / "admin.sock").publish(record);
    }
    [[nodiscard]] std::filesystem::path body(const BodySample& sample) const {
        return centre.directory() / "bodies" / to_hex(sample.root.view());
    }
    // The session lives: it is answered.
    void check_alive(TestClient& client) {
        client.send(schemas::DirectoryAsk{EntryIndex(1'000'000)});
        CHECK(client.expect<schemas::Directory>().done);
    }
};

}  // namespace

TEST_CASE("an attachment is uploaded, submitted, delivered without its bytes, and fetched") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    const Centre::Sealed sealed = scene.sent(*sender);
    auto reader = scene.session(*scene.centre.uzbek);
    reader->send(schemas::Credit{1});
    const auto deliver = reader->expect<schemas::Deliver>();
    const auto& streams = deliver.deliveries.at(0).streams;
    REQUIRE(streams.size() == 2);
    CHECK_FALSE(streams[0].empty());
    CHECK(streams[1].empty());
    CHECK(fetch_all(*reader, hash_of(sealed.envelope), 1, commitment_of(sealed.envelope, 1)) ==
          sealed.files[0]);
    // DELIVERED ends the mailbox row, not the right to fetch.
    reader->send(scene.centre.statement(*scene.centre.uzbek, hash_of(sealed.envelope),
                                        deliver.deliveries[0].proof.index));
    CHECK(reader->expect<schemas::Outcomes>().items.at(0).code == "");
    CHECK(fetch_all(*reader, hash_of(sealed.envelope), 1, commitment_of(sealed.envelope, 1)) ==
          sealed.files[0]);
}

// Fails if files_of() is not asked before the proposal.
TEST_CASE("a submission whose file is not complete leaves no entry, and is taken afterwards") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    const Centre::Sealed sealed = scene.seal();
    const BodySample file(sealed.files.at(0));
    CHECK(scene.submit(*sender, sealed.envelope).items.at(0).code == "stream.missing");
    const schemas::Uploaded opened = open_upload(*sender, file);
    sender->send(file.chunk(0, 3));
    CHECK_FALSE(sender->expect<schemas::Uploaded>().complete);
    const auto refused = scene.submit(*sender, sealed.envelope);
    CHECK(refused.items.at(0).code == "stream.missing");
    CHECK(refused.items[0].proofs.empty());
    CHECK(upload_rest(*sender, file, opened).complete);
    const auto taken = scene.submit(*sender, sealed.envelope);
    CHECK(taken.items.at(0).code == "");
    CHECK(taken.items[0].proofs.size() == 1);
    // A repetition is told the first outcome.
    CHECK(scene.submit(*sender, sealed.envelope).items.at(0).proofs == taken.items[0].proofs);
}

TEST_CASE("a file of another size than the envelope says is not the envelope's") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    const Centre::Sealed first = scene.seal(kLarge, 1);
    const Centre::Sealed second = scene.seal(kLarge, 2);
    upload(*sender, BodySample(second.files.at(0)));
    CHECK(scene.submit(*sender, first.envelope).items.at(0).code == "stream.missing");
    CHECK(scene.submit(*sender, second.envelope).items.at(0).code == "");
}

TEST_CASE("an upload goes on after a cut link") {
    Scene scene;
    const Centre::Sealed sealed = scene.seal();
    const BodySample file(sealed.files.at(0));
    {
        auto cut = scene.session(*scene.centre.tajik);
        (void)open_upload(*cut, file);
        cut->send(file.chunk(1, 2));
        CHECK(cut->expect<schemas::Uploaded>().code == "");
    }
    auto again = scene.session(*scene.centre.tajik);
    const schemas::Uploaded state = open_upload(*again, file);
    CHECK(state.have == Bytes{std::byte{0b110}});
    CHECK(upload_rest(*again, file, state).complete);
    CHECK(scene.submit(*again, sealed.envelope).items.at(0).code == "");
}

TEST_CASE("wrong leaf lists and chunks are refused, and the session lives") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    const BodySample file(4 * limits::kSealedChunkBytes);
    schemas::Upload wrong_list = file.upload();
    std::swap(wrong_list.leaves[0], wrong_list.leaves[1]);
    sender->send(wrong_list);
    CHECK(sender->expect<schemas::Uploaded>().code == "stream.root");
    sender->send(file.chunk(0));
    CHECK(sender->expect<schemas::Uploaded>().code == "stream.missing");
    (void)open_upload(*sender, file);
    schemas::Chunk wrong = file.chunk(0, 2);
    wrong.data[limits::kSealedChunkBytes] ^= std::byte{1};
    sender->send(wrong);
    const auto refused = sender->expect<schemas::Uploaded>();
    CHECK(refused.code == "stream.root");
    CHECK(refused.have == Bytes{std::byte{1}});
    sender->send(file.chunk(0));
    CHECK(sender->expect<schemas::Uploaded>().code == "");
    scene.check_alive(*sender);
}

TEST_CASE("an upload above the size of a stream ends the session") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    sender->send(schemas::Upload{Hash{}, limits::kStreamBytes + 1, std::vector<Hash>(1632)});
    CHECK(sender->expect<schemas::ErrorFrame>().code == "malformed.frame");
    CHECK(sender->was_cut());
}

TEST_CASE("a device that uploads more than its quota is refused, until an envelope names it") {
    Scene scene("[attachments]\nupload_bytes = 700000\n");
    auto sender = scene.session(*scene.centre.tajik);
    const Centre::Sealed first = scene.seal(kLarge, 1);
    const Centre::Sealed second = scene.seal(kLarge, 2);
    upload(*sender, BodySample(first.files.at(0)));
    CHECK(open_upload(*sender, BodySample(second.files.at(0))).code == "quota.exceeded");
    CHECK(scene.submit(*sender, first.envelope).items.at(0).code == "");
    upload(*sender, BodySample(second.files.at(0)));
    CHECK(scene.submit(*sender, second.envelope).items.at(0).code == "");
}

TEST_CASE("an upload that would leave too little of the disk is refused") {
    Scene scene("[attachments]\nfree_bytes = 1125899906842624\n");
    auto sender = scene.session(*scene.centre.tajik);
    CHECK(open_upload(*sender, BodySample(100)).code == "store.full");
    scene.check_alive(*sender);
}

// Fails if Transfers::store() does not count: a device could fill the memory of the broker.
TEST_CASE("more uploads at a time than a session may have open end it") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    // Each is two files to be synced: far slower than frames arrive.
    for (std::uint8_t i = 0; i < 60; ++i) sender->send(BodySample(17, i).upload());
    std::size_t answers = 0;
    while (true) {
        const auto frame = sender->receive();
        if (!frame) break;  // the cut may overtake the ERROR
        if (const auto* error = std::get_if<schemas::ErrorFrame>(&*frame)) {
            CHECK(error->code == "not.permitted");
            break;
        }
        REQUIRE(std::holds_alternative<schemas::Uploaded>(*frame));
        ++answers;
    }
    CHECK(answers < 60);
    CHECK(sender->was_cut());
}

// Fails if may_fetch() is not asked.
TEST_CASE("who has no stanza in the envelope fetches nothing of it") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    const Centre::Sealed sealed = scene.sent(*sender);
    const EnvelopeHash name = hash_of(sealed.envelope);
    auto stranger = scene.session(*scene.centre.stranger);
    for (const std::uint8_t chunks : {std::uint8_t{0}, std::uint8_t{1}}) {
        const auto answer = fetch(*stranger, name, 1, 0, chunks);
        CHECK(answer.code == "not.permitted");
        CHECK(answer.root.is_zero());
        CHECK(answer.leaves.empty());
        CHECK(answer.data.empty());
    }
    CHECK(fetch(*stranger, EnvelopeHash{}, 1, 0, 1).code == "not.permitted");
    scene.check_alive(*stranger);
    auto reader = scene.session(*scene.centre.uzbek);
    CHECK(fetch(*reader, name, 0, 0, 1).code == "stream.missing");  // inline
    CHECK(fetch(*reader, name, 2, 0, 1).code == "stream.missing");  // there is none
    CHECK(fetch(*reader, name, 1, 1000, 1).data.empty());
}

TEST_CASE("a revoked recipient loses its session at once and fetches nothing") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    const Centre::Sealed sealed = scene.sent(*sender);
    auto reader = scene.session(*scene.centre.uzbek);
    CHECK(fetch(*reader, hash_of(sealed.envelope), 1, 0, 1).code == "");
    scene.publish(scene.centre.revocation(*scene.centre.uzbek));
    CHECK(reader->expect<schemas::ErrorFrame>().code == "certificate.revoked");
    reader->send(schemas::Fetch{hash_of(sealed.envelope), 1, 0, 1});
    CHECK(reader->was_cut());
    TestClient again(scene.running.endpoint(), scene.centre.manifest().curve_key,
                     scene.centre.uzbek->curve);
    again.hello(scene.centre, *scene.centre.uzbek);
    CHECK(again.expect<schemas::ErrorFrame>().code == "certificate.revoked");
}

// Fails if Effects::suspended is not heeded.
TEST_CASE("a suspended device loses its session at once, and goes on when it is reinstated") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    const Centre::Sealed sealed = scene.sent(*sender);
    auto reader = scene.session(*scene.centre.uzbek);
    const auto suspension = scene.centre.suspension(*scene.centre.uzbek);
    scene.publish(suspension.encode());
    CHECK(reader->expect<schemas::ErrorFrame>().code == "certificate.suspended");
    CHECK(reader->was_cut());
    {
        TestClient refused(scene.running.endpoint(), scene.centre.manifest().curve_key,
                           scene.centre.uzbek->curve);
        refused.hello(scene.centre, *scene.centre.uzbek);
        CHECK(refused.expect<schemas::ErrorFrame>().code == "certificate.suspended");
    }
    scene.publish(scene.centre.reinstatement(*scene.centre.uzbek, suspension));
    auto again = scene.session(*scene.centre.uzbek);
    again->send(schemas::Credit{1});
    CHECK(again->expect<schemas::Deliver>().deliveries.size() == 1);  // its row had stayed
    CHECK(fetch_all(*again, hash_of(sealed.envelope), 1, commitment_of(sealed.envelope, 1)) ==
          sealed.files[0]);
}

TEST_CASE("answers to fetches come in the order of the questions, refusals among them") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    const EnvelopeHash name = hash_of(scene.sent(*sender).envelope);
    auto reader = scene.session(*scene.centre.uzbek);
    reader->send(schemas::Fetch{name, 1, 0, 3});
    reader->send(schemas::Fetch{name, 2, 7, 1});
    reader->send(schemas::Fetch{name, 1, 3, 2});
    reader->send(schemas::Fetch{name, 1, 0, 0});
    CHECK(reader->expect<schemas::Chunks>().data.size() == 3 * limits::kSealedChunkBytes);
    const auto second = reader->expect<schemas::Chunks>();
    CHECK(second.code == "stream.missing");
    CHECK(second.first == 7);
    CHECK(reader->expect<schemas::Chunks>().first == 3);
    CHECK_FALSE(reader->expect<schemas::Chunks>().leaves.empty());
}

// Fails if Effects::released is not heeded.
TEST_CASE("the file goes when its envelope has expired, and not before") {
    Scene scene;
    auto sender = scene.session(*scene.centre.tajik);
    const Centre::Sealed sealed = scene.sent(*sender);
    const BodySample file(sealed.files.at(0));
    CHECK(std::filesystem::file_size(scene.body(file)) == file.sealed.size());
    auto reader = scene.session(*scene.centre.uzbek);
    CHECK(fetch(*reader, hash_of(sealed.envelope), 1, 0, 1).code == "");
    scene.time.advance(DurationMs(kDay.value + 1));
    // The broker looks at the time every second of its own.
    for (int i = 0; i < 100'000 && std::filesystem::exists(scene.body(file)); ++i) {
        scene.check_alive(*sender);
    }
    CHECK_FALSE(std::filesystem::exists(scene.body(file)));
    CHECK(fetch(*reader, hash_of(sealed.envelope), 1, 0, 1).code == "not.permitted");
}

TEST_CASE("frames of streams before the hello are refused") {
    Scene scene;
    const BodySample file(100);
    const schemas::Frame frames[] = {file.upload(), file.chunk(0), schemas::Fetch{}};
    for (const schemas::Frame& frame : frames) {
        TestClient fresh(scene.running.endpoint(), scene.centre.manifest().curve_key,
                         scene.centre.tajik->curve);
        fresh.send(frame);
        CHECK(fresh.expect<schemas::ErrorFrame>().code == "session.not-greeted");
    }
}
