// A device with a home on disk, and an honest broker at the other end of its transport, with the
// ways in which a line can fail. For the tests of sessions.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>

#include "client/edge/session.h"
#include "crypto/batch.h"
#include "crypto/envelope.h"
#include "schemas/frames_codec.h"
#include "tests/unit/client/fake_proofs.h"
#include "tests/unit/client/temporary_home.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {

class FakeClock final : public client::Clock {
  public:
    explicit FakeClock(World& world) : world_(world) {}
    [[nodiscard]] TimeMs now() const override { return world_.now; }
    [[nodiscard]] DurationMs elapsed() const override { return world_.waited; }
    [[nodiscard]] std::uint64_t boot() const override { return world_.boot; }

  private:
    World& world_;
};

// An honest broker at the other end of a transport, with the ways in which a line can fail.
class FakeBroker final : public client::Transport {
  public:
    FakeBroker(World& world, const Post& device) : prover(world), world_(world), device_(device) {}

    FakeProofs prover;  // PROOFS, and the witnesses behind them
    // A quorum signs the newest head: what was asked for is pushed.
    void publish() {
        prover.cosign();
        if (auto frame = prover.pushed(last_size_)) answer(*frame);
    }
    void push(const schemas::Frame& frame) { answer(frame); }
    std::optional<schemas::ErrorFrame> refuse_hello;  // that presents a note
    bool refuse_statements = false;                   // until a test lets them in
    Errc refuses_with = Errc::BackPressure;
    DurationMs wakes_after = kDay;  // a wait in vain ends at the latest
    DurationMs set_back;            // by so much the device's clock is set back in each

    Status send(ByteView frame) override {
        if (cut) return Done{};
        sent.push_back(must(schemas::decode_frame(frame)));
        std::visit([this](const auto& one) { handle(one); }, sent.back());
        return Done{};
    }
    Result<std::optional<Bytes>> receive(DurationMs patience) override {
        if (answers_.empty()) {
            // Waited in vain.
            const std::uint64_t passed = std::min(patience.value, wakes_after.value);
            world_.now = TimeMs(world_.now.value + passed - std::min(passed, set_back.value));
            world_.waited = DurationMs(world_.waited.value + passed);
            return std::optional<Bytes>();
        }
        std::optional<Bytes> first(std::move(answers_.front()));
        answers_.pop_front();
        return first;
    }
    void deliver(const schemas::Delivery& delivery) {
        answer(schemas::Deliver{head(), {delivery}});
    }

    std::vector<schemas::Frame> sent;
    std::uint64_t beyond = 0;    // added to what is to be asked for next
    bool lose_outcomes = false;  // the line breaks after SUBMIT has arrived
    bool forge_receipts = false;
    bool in_pieces = false;  // the proofs of an outcome in two frames

    // A stream that is stored as a file.
    struct Body {
        schemas::Upload opened;
        std::map<std::uint64_t, Bytes> chunks;
        [[nodiscard]] bool complete() const { return chunks.size() == opened.leaves.size(); }
    };
    std::map<Hash, Body> bodies;
    bool cut = false;                          // nothing comes through any more
    std::optional<std::size_t> frames_to_cut;  // after so many frames with chunks, either way
    std::size_t chunks_moved = 0;              // in and out
    std::size_t largest_backlog = 0;           // frames about chunks that were not answered yet
    // A new connection: what was under way is gone.
    void mend() {
        cut = false;
        frames_to_cut.reset();
        answers_.clear();
    }
    void take(const Hash& root, const client::BlobSource& blob, std::uint64_t size) {
        Body& body = bodies[root];
        body.opened.root = root;
        body.opened.size = size;
        for (std::uint64_t i = 0; client::Download::offset_of(i) < size; ++i) {
            body.chunks[i] = must(blob.chunk(i));
            body.opened.leaves.push_back(crypto::leaf_hash(body.chunks[i]));
        }
    }

  private:
    void answer(const schemas::Frame& frame) { answers_.push_back(schemas::encode_frame(frame)); }
    schemas::Head head() {
        schemas::Head out = world_.ledger->frame_head(last_size_);
        last_size_ = world_.ledger->size();
        return out;
    }
    AgencyId agency_of(const CertificateHash& certificate) const {
        for (const Post* post : {&world_.tj, &world_.af, &world_.uz}) {
            if (post->certificate == certificate) return post->agency;
        }
        return device_.agency;
    }

    void handle(const schemas::Connect&) {
        answer(schemas::Challenge{schemas::ChallengeBytes{}, world_.now});
    }
    void handle(const schemas::Hello& hello) {
        if (refuse_hello && !hello.note.empty()) return answer(*refuse_hello);
        if (!hello.note.empty()) {
            last_size_ = must(crypto::open_checkpoint(hello.note, world_.card().log())).size.value;
        }
        answer(schemas::Welcome{world_.now, head()});
    }
    void handle(const schemas::ProofsAsk& ask) {
        if (!prover.finds(ask)) {
            return answer(schemas::ErrorFrame{std::string(text_of(Errc::NotFound).code), "entry"});
        }
        if (auto frame = prover.answer(ask, last_size_)) answer(*frame);
    }
    void handle(const schemas::DirectoryAsk& ask) {
        schemas::Directory out;
        out.entries = world_.ledger->directory(ask.from);
        out.next = EntryIndex(world_.ledger->size() + beyond);
        out.done = true;
        out.head = head();
        answer(out);
    }
    void handle(const schemas::Publish& publish) {
        const auto record = must(crypto::SignedRecord::decode(publish.record));
        const EntryIndex at = world_.log_bundle(record);
        answer(schemas::Outcomes{
            head(), world_.now, {{record.hash(), "", "", "", {}, {world_.ledger->proof(at)}}}});
    }
    bool moves(std::uint64_t chunks) {
        if (frames_to_cut && (*frames_to_cut)-- == 0) {
            cut = true;
            answers_.clear();
            return false;
        }
        chunks_moved += chunks;
        largest_backlog = std::max(largest_backlog, answers_.size() + 1);
        return true;
    }
    void tell_progress(const Hash& root) {
        const Body& body = bodies.at(root);
        Bytes have((body.opened.leaves.size() + 7) / 8);
        for (const auto& [i, chunk] : body.chunks) {
            have[i / 8] |= static_cast<std::byte>(1U << (i % 8));
        }
        answer(schemas::Uploaded{root, have, body.complete(), ""});
    }
    void handle(const schemas::Upload& upload) {
        bodies[upload.root].opened = upload;
        tell_progress(upload.root);
    }
    void handle(const schemas::Chunk& chunk) {
        Body& body = bodies.at(chunk.root);
        const std::size_t size = crypto::kSealedChunkBytes;
        const std::size_t count = (chunk.data.size() + size - 1) / size;
        if (!moves(count)) return;
        for (std::size_t i = 0; i < count; ++i) {
            const ByteView rest = ByteView(chunk.data).subspan(i * size);
            body.chunks[chunk.first + i] = to_bytes(rest.first(std::min(size, rest.size())));
        }
        tell_progress(chunk.root);
    }
    void handle(const schemas::Fetch& fetch) {
        schemas::Chunks out;
        out.envelope = fetch.envelope;
        out.stream = fetch.stream;
        out.first = fetch.first;
        if (bodies.empty()) {
            out.code = std::string(text_of(Errc::StreamMissing).code);
            return answer(out);
        }
        const Body& body = bodies.begin()->second;
        out.root = body.opened.root;
        if (fetch.chunks == 0) {
            out.leaves = body.opened.leaves;
            return answer(out);
        }
        if (!moves(fetch.chunks)) return;
        for (std::uint64_t i = 0; i < fetch.chunks && body.chunks.contains(fetch.first + i); ++i) {
            append(out.data, body.chunks.at(fetch.first + i));
        }
        answer(out);
    }
    // A stream that is named and not complete here.
    bool lacks_stream(const schemas::SubmittedEnvelope& envelope) const {
        const auto statement = must(crypto::EnvelopeStatement::decode(envelope.envelope));
        for (std::size_t j = 0; j < envelope.streams.size(); ++j) {
            const auto body = bodies.find(statement.streams[j].root);
            const bool whole = body != bodies.end() && body->second.complete();
            if (envelope.streams[j].empty() && !whole) return true;
        }
        return false;
    }

    void handle(const schemas::Submit& submit) {
        schemas::Outcomes outcomes;
        if (lacks_stream(submit.envelopes.front())) {
            const EnvelopeHash hash = crypto::envelope_hash(submit.envelopes.front().envelope);
            outcomes.head = head();
            outcomes.items.push_back(
                {Hash{hash.bytes}, std::string(text_of(Errc::StreamMissing).code), "", "", {}, {}});
            return answer(outcomes);
        }
        for (std::size_t i = 0; i < submit.envelopes.size(); ++i) {
            const EnvelopeHash hash = crypto::envelope_hash(submit.envelopes[i].envelope);
            if (!accepted_.contains(hash)) {
                accepted_[hash] = world_.accept(device_, read(submit, i));
            }
        }
        const auto forged = world_.log_time();
        for (const auto& envelope : submit.envelopes) {
            const EnvelopeHash hash = crypto::envelope_hash(envelope.envelope);
            auto proofs = world_.proofs(accepted_[hash]);
            if (forge_receipts) proofs = {world_.ledger->proof(forged)};
            outcomes.items.push_back({Hash{hash.bytes}, "", "", "", {}, std::move(proofs)});
        }
        if (lose_outcomes) return;
        outcomes.head = head();
        if (in_pieces) {
            schemas::Outcomes first = outcomes;
            first.items.front().proofs.resize(1);
            answer(first);
            outcomes.head.consistency.clear();  // the same head again
            auto& proofs = outcomes.items.front().proofs;
            proofs.erase(proofs.begin());
        }
        answer(outcomes);
    }
    // A whole batch comes with one head: the items follow from it.
    client::OutboxBytes read(const schemas::Submit& submit, std::size_t place) {
        const auto& envelope = submit.envelopes[place];
        client::OutboxBytes out;
        out.statement = envelope.envelope;
        out.blind = envelope.blind;
        out.streams = envelope.streams;
        if (submit.batch.empty()) {
            out.item = must(crypto::BatchItem::decode(envelope.item));
        } else {
            const ByteView batch = submit.batch;
            const auto batch_head =
                must(crypto::BatchHead::decode(batch.first(crypto::BatchHead::kBytes)));
            std::vector<EnvelopeHash> hashes;
            for (const auto& one : submit.envelopes) {
                hashes.push_back(crypto::envelope_hash(one.envelope));
            }
            const auto signature =
                Signature::from(batch.subspan(crypto::BatchHead::kBytes)).value();
            out.item = crypto::batch_of(batch_head, signature, hashes).item(place);
        }
        for (const auto& stanza : envelope.stanzas) {
            out.stanzas.push_back(
                {must(crypto::StanzaLabel::decode(stanza.label)), stanza.enc, stanza.ct});
            out.stanza_agencies.push_back(agency_of(out.stanzas.back().label.certificate));
        }
        return out;
    }
    void handle(const schemas::Statements& statements) {
        schemas::Outcomes outcomes;
        std::vector<std::pair<Hash, EntryIndex>> logged;
        for (const auto& one : statements.statements) {
            const auto statement = must(crypto::DeliveryStatement::decode(one.statement));
            if (refuse_statements) {
                outcomes.items.push_back({crypto::statement_hash(statement),
                                          std::string(text_of(refuses_with).code),
                                          "",
                                          "",
                                          {},
                                          {}});
                continue;
            }
            const crypto::BatchItem item =
                one.item.empty() ? crypto::BatchItem{} : must(crypto::BatchItem::decode(one.item));
            logged.emplace_back(crypto::statement_hash(statement),
                                world_.log_statement(device_, statement, item, statement.accepted));
        }
        for (const auto& [about, at] : logged) {
            outcomes.items.push_back({about, "", "", "", {}, {world_.ledger->proof(at)}});
        }
        outcomes.head = head();
        answer(outcomes);
    }
    void handle(const schemas::ReceiptsAsk&) {
        schemas::Receipts out;
        out.next = EntryIndex(world_.ledger->size() + beyond);
        out.done = true;
        out.proofs = events;
        out.head = head();
        answer(out);
    }
    template <typename Other>
    void handle(const Other&) {}

    World& world_;
    const Post& device_;
    std::uint64_t last_size_ = 0;
    std::deque<Bytes> answers_;
    std::map<EnvelopeHash, std::vector<EntryIndex>> accepted_;

  public:
    std::vector<schemas::EntryProof> events;
};

// A device with a home on disk, enrolled in the world's directory.
struct Desk {
    World world;
    TemporaryHome folder;
    FakeClock clock{world};
    client::DeviceHome home;
    storage::MemoryStore store{client::tables::kAll};
    std::unique_ptr<client::FileBlobStore> blobs;
    Post post;  // what the broker knows of it
    std::optional<crypto::WitnessPolicy> witnesses{};

    Desk()
        : home(make()),
          post{office("TJ-NPJ-BLO"), agency("TJ-DCA"), crypto::SigningKey::generate(world.random)} {
        post.certificate = home.certificate_hash();
        reopen_blobs();
    }
    // As a new process finds them.
    void reopen_blobs() { blobs = must(client::FileBlobStore::open(folder.paths().blobs())); }
    client::DeviceHome make() {
        const auto pass = passphrase();
        const auto request = must(client::create_device_home(
            folder.paths(), world.card(), {agency("TJ-DCA"), office("TJ-NPJ-BLO"), "o", "d"},
            {pass, {}}, world.now, world.random));
        const AgencySigners& signers = world.agencies.at("TJ-DCA");
        must(client::install_certificate(folder.paths(),
                                         {world.enrol(request), signers.registrars_record(),
                                          client::AgencyRoots::of(signers.record)}));
        return must(client::DeviceHome::open(folder.paths(), pass));
    }
    [[nodiscard]] client::Session session(FakeBroker& broker, client::TransferWatch watch = {}) {
        client::SessionOptions options;
        options.watch = std::move(watch);
        options.witnesses = witnesses;
        return client::Session({store, home, broker, clock, world.random, *blobs}, options);
    }
    client::OutboxNumber write(const client::Draft& draft) {
        const auto device = home.device();
        return in_txn(store, [&](storage::Txn& txn) -> Result<client::OutboxNumber> {
            const auto numbers =
                CHAPAR_TRY(client::add_drafts(txn, device, {&draft, 1}, world.now, world.random));
            client::SealPorts ports;
            ports.blobs = blobs.get();
            CHAPAR_TRY(client::seal_drafts(txn, device, numbers, world.now, world.random, ports));
            return numbers.front();
        });
    }
    client::OutboxItem item(client::OutboxNumber number) {
        return reading(
            store, [&](const storage::ReadTxn& txn) { return client::outbox_item(txn, number); });
    }
};

}  // namespace chapar::testing
