#include "tests/powercut/load.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "crypto/checkpoint.h"
#include "crypto/envelope.h"
#include "crypto/tree.h"
#include "schemas/base/layout.h"
#include "tests/support/program_child.h"
#include "tests/unit/broker_edge/body_sample.h"
#include "tests/unit/broker_edge/test_client.h"

namespace chapar::powercut {
namespace {

namespace fs = std::filesystem;
using testing::AdminClient;
using testing::BodySample;
using testing::Centre;
using testing::ProgramPlan;
using testing::real_now;
using testing::TestClient;

constexpr const char* kSettings = "map_size = 33554432\n";
constexpr std::size_t kAttachment = 70'000;
constexpr unsigned kRoundsPerAttachment = 16;

// chapard with the recorder before it, which asks the kernel things that a sandbox does not know.
class Recorded {
  public:
    Recorded(const std::string& program, const std::string& recorder, const fs::path& directory,
             const fs::path& trace)
        : child_(std::in_place, ProgramPlan{program,
                                            {"--dir", directory, "--no-sandbox"},
                                            {{"LD_PRELOAD", recorder},
                                             {"CHAPAR_POWERCUT_ROOT", directory},
                                             {"CHAPAR_POWERCUT_TRACE", trace}},
                                            "/dev/null"}) {
        const std::string ready = child_->line();
        CHAPAR_ASSERT(ready.starts_with("ready "));
        endpoint_ = ready.substr(6);
    }

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    void end(int how) {
        child_->signal(how);
        (void)child_->exit_code();
        child_.reset();
    }

  private:
    std::optional<testing::ProgramChild> child_;
    std::string endpoint_;
};

void publish(const Centre& centre) {
    AdminClient admin(centre.directory() / "admin.sock");
    for (const Bytes& record : centre.records()) admin.publish(record);
}

}  // namespace

Bytes Told::encode() const {
    LayoutWriter out;
    if (entry) return out.u8(1).u64(entry->index.value).raw(entry->leaf.view()).bytes();
    if (head) return out.u8(2).u64(head->value).bytes();
    return out.u8(3).raw(body->root.view()).u64(body->size).bytes();
}

Told Told::decode(ByteView bytes) {
    LayoutReader in(bytes);
    Told told;
    switch (in.u8()) {
        case 1: {
            const EntryIndex index(in.u64());
            told.entry = {index, in.fixed<Hash>()};
            break;
        }
        case 2:
            told.head = TreeSize(in.u64());
            break;
        default: {
            const Hash root = in.fixed<Hash>();
            told.body = {root, in.u64()};
        }
    }
    CHAPAR_ASSERT(in.finish("told").has_value());
    return told;
}

// One life of chapard and those who talk to it.
class Load::Life {
  public:
    Life(Load& load, const std::string& endpoint)
        : load_(load),
          marks_(open(load.trace_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)),
          sender_(endpoint, load.centre_.manifest().curve_key, load.centre_.tajik->curve),
          reader_(endpoint, load.centre_.manifest().curve_key, load.centre_.uzbek->curve) {
        CHAPAR_ASSERT(marks_.get() >= 0);
    }
    void greet() {
        take(sender_.greet(load_.centre_, *load_.centre_.tajik).head);
        take(reader_.greet(load_.centre_, *load_.centre_.uzbek).head);
        reader_.send(schemas::Credit{1000});
    }
    void round(unsigned number) {
        const bool with_file = number % kRoundsPerAttachment == kRoundsPerAttachment / 2;
        schemas::Submit frame;
        for (unsigned i = 0; i <= number % 3; ++i) {
            frame.envelopes.push_back(with_file && i == 0
                                          ? with_attachment(number)
                                          : load_.centre_.seal(load_.centre_.nothing_seen()));
        }
        sender_.send(frame);
        answers(sender_, frame.envelopes.size());
        // What an earlier life left in the mailbox comes once more, first.
        for (const schemas::SubmittedEnvelope& envelope : frame.envelopes) {
            while (!received_.contains(crypto::envelope_hash(envelope.envelope))) {
                take(reader_.expect<schemas::Deliver>());
            }
        }
        // What is not confirmed stays in the mailbox.
        std::size_t confirmed = 0;
        for (const auto& [envelope, accepted] : std::exchange(received_, {})) {
            if (++confirmed % 4 == 0) continue;
            reader_.send(load_.centre_.statement(*load_.centre_.uzbek, envelope, accepted));
            answers(reader_, 1);
        }
    }

  private:
    void mark(const Told& told) {
        const Bytes bytes = encode_event({EventType::Mark, false, 0, 0, {}, {}, told.encode()});
        CHAPAR_ASSERT(write(marks_.get(), bytes.data(), bytes.size()) ==
                      static_cast<ssize_t>(bytes.size()));
    }
    void take(const schemas::Head& head) {
        Told told;
        told.head = crypto::open_checkpoint(head.checkpoint, load_.centre_.log()).value().size;
        mark(told);
    }
    void take(const schemas::EntryProof& proof) {
        Told told;
        told.entry = {proof.index, crypto::leaf_hash(proof.leaf)};
        mark(told);
    }
    void take(const schemas::Outcomes& outcomes) {
        take(outcomes.head);
        for (const schemas::ItemOutcome& item : outcomes.items) {
            CHAPAR_ASSERT(item.code.empty());
            for (const schemas::EntryProof& proof : item.proofs) take(proof);
        }
    }
    void take(const schemas::Deliver& deliver) {
        take(deliver.head);
        for (const schemas::Delivery& one : deliver.deliveries) {
            take(one.proof);
            received_[crypto::envelope_hash(one.envelope)] = one.proof.index;
        }
    }
    void answers(TestClient& client, std::size_t count) {
        while (count > 0) {
            const auto frame = client.receive();
            CHAPAR_ASSERT(frame.has_value());
            if (const auto* deliver = std::get_if<schemas::Deliver>(&*frame)) {
                take(*deliver);
                continue;
            }
            const auto& outcomes = std::get<schemas::Outcomes>(*frame);
            take(outcomes);
            count -= outcomes.items.size();
        }
    }
    schemas::SubmittedEnvelope with_attachment(unsigned number) {
        auto sealed = load_.centre_.seal_with(
            {BodySample::random_bytes(kAttachment, static_cast<std::uint8_t>(number))});
        const BodySample file(sealed.files.at(0));
        sender_.send(file.upload());
        auto state = sender_.expect<schemas::Uploaded>();
        for (std::size_t chunk = 0; chunk < file.chunks(); ++chunk) {
            sender_.send(file.chunk(chunk));
            state = sender_.expect<schemas::Uploaded>();
        }
        CHAPAR_ASSERT(state.complete);
        load_.attachments_[file.root] = file.sealed;
        Told told;
        told.body = {file.root, file.sealed.size()};
        mark(told);
        return std::move(sealed.envelope);
    }

    Load& load_;
    broker::FileDescriptor marks_;
    TestClient sender_;
    TestClient reader_;
    std::map<EnvelopeHash, EntryIndex> received_;
};

Load::Load(const std::string& chapard, const std::string& recorder, unsigned rounds)
    : centre_(real_now(), kSettings),
      trace_(beside_.path() / "trace"),
      disk_(centre_.directory(), Sabotage::None) {
    const fs::path directory = fs::canonical(centre_.directory());
    for (const unsigned life : {0U, 1U}) {
        Recorded process(chapard, recorder, directory, trace_);
        // Before they call: the door knows nobody yet.
        if (life == 0) publish(centre_);
        {
            Life people(*this, process.endpoint());
            people.greet();
            const unsigned half = rounds / 2;
            for (unsigned i = 0; i < half; ++i) people.round(life * half + i);
        }
        process.end(life == 0 ? SIGKILL : SIGTERM);
    }
    std::ifstream file(trace_, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    events_ = decode_events(view(bytes));
}

}  // namespace chapar::powercut
