#include "tests/sim/mallory.h"

#include "client/core/hello.h"
#include "schemas/frames_codec.h"
#include "tests/sim/must.h"

namespace chapar::sim {
namespace {

constexpr std::size_t kOverheard = 64;
constexpr DurationMs kPatience{300};

}  // namespace

Mallory::Mallory(const Parts& parts)
    : parts_(parts),
      machine_({parts.timeline, parts.transcript, parts.disk, "mallory", Dice(parts.seed), 0},
               [this] { process(); }) {
    parts_.network.overheard = [this](const CurveKey& from, ByteView frame) {
        if (from == parts_.founding.members().back().curve) return;
        if (overheard_.size() < kOverheard) {
            overheard_.push_back(to_bytes(frame));
        } else {
            overheard_[machine_.dice().below(kOverheard)] = to_bytes(frame);
        }
    };
}

void Mallory::process() {
    auto home = client::DeviceHome::open({parts_.disk.root()}, passphrase());
    if (!home) return machine_.note("cannot open her home");
    while (!stopped_) {
        const Status done = attack(*home);
        if (!done) {
            machine_.note("is refused: " + std::string(text_of(done.error().code).code));
        }
        machine_.sleep(DurationMs(machine_.dice().between(100, 1'500)));
    }
    machine_.sleep(kDay);
}

Status Mallory::greet(client::DeviceHome& home, LineTransport& line) {
    CHAPAR_TRY(line.send(schemas::encode_frame(schemas::Connect{})));
    const auto challenged = CHAPAR_TRY(line.receive(kSecond));
    if (!challenged) return Error(Errc::Unreachable);
    const auto frame = CHAPAR_TRY(schemas::decode_frame(*challenged));
    const auto* challenge = std::get_if<schemas::Challenge>(&frame);
    if (challenge == nullptr) return Error(Errc::NotGreeted);
    schemas::Hello hello = client::hello_of(home.device(), challenge->challenge, "");
    if (machine_.dice().one_in(6)) hello.note = to_string(garbage(200));
    if (machine_.dice().one_in(8)) hello.device = parts_.founding.members()[0].certificate;
    CHAPAR_TRY(line.send(schemas::encode_frame(hello)));
    (void)CHAPAR_TRY(line.receive(kSecond));
    return Done{};
}

Status Mallory::attack(client::DeviceHome& home) {
    LineTransport line({parts_.network, machine_, 0, parts_.founding.members().back().curve});
    if (!machine_.dice().one_in(5)) CHAPAR_TRY(greet(home, line));
    const std::uint64_t frames = machine_.dice().between(1, 12);
    for (std::uint64_t i = 0; i < frames && !stopped_; ++i) {
        CHAPAR_TRY(line.send(next_frame()));
        // Now and then she does not wait, or does not read.
        while (!machine_.dice().one_in(3)) {
            const auto answer =
                CHAPAR_TRY(line.receive(DurationMs(machine_.dice().below(kPatience.value))));
            if (!answer) break;
            const auto frame = schemas::decode_frame(*answer);
            const auto* error = frame ? std::get_if<schemas::ErrorFrame>(&*frame) : nullptr;
            if (error != nullptr) machine_.note("is told " + error->code);
        }
    }
    return Done{};
}

Bytes Mallory::garbage(std::size_t most) {
    Bytes bytes(machine_.dice().below(most));
    for (std::byte& one : bytes) one = static_cast<std::byte>(machine_.dice().below(256));
    return bytes;
}

Bytes Mallory::overheard_frame() {
    if (overheard_.empty()) return garbage(64);
    return overheard_[machine_.dice().below(overheard_.size())];
}

schemas::Frame Mallory::question() {
    Dice& dice = machine_.dice();
    const EntryIndex anywhere(dice.below(dice.one_in(4) ? ~std::uint64_t{0} : 200));
    switch (dice.below(8)) {
        case 0:
            return schemas::DirectoryAsk{anywhere};
        case 1:
            return schemas::ReceiptsAsk{anywhere};
        case 2:
            return schemas::LedgerAsk{anywhere};
        case 3:
            return schemas::ProofsAsk{
                {anywhere, EntryIndex(dice.below(100))},
                dice.one_in(2) ? schemas::Witnessing::AnyHead : schemas::Witnessing::WitnessedHead};
        case 4:
            return schemas::Credit{dice.one_in(2) ? ~std::uint32_t{0} : 3U};
        case 5: {
            const auto& records = parts_.founding.records();
            return schemas::Publish{records[dice.below(records.size())]};
        }
        case 6: {
            schemas::Upload upload;
            upload.size = dice.next();
            upload.leaves.resize(dice.below(40));
            return upload;
        }
        default: {
            schemas::Fetch fetch;
            fetch.stream = static_cast<std::uint16_t>(dice.below(3));
            fetch.chunks = static_cast<std::uint8_t>(dice.below(256));
            return fetch;
        }
    }
}

Bytes Mallory::next_frame() {
    Dice& dice = machine_.dice();
    Bytes frame;
    switch (dice.below(5)) {
        case 0:
            return garbage(2'000);
        case 1:
            return schemas::encode_frame(question());
        case 2:
            return overheard_frame();
        case 3:
            frame = overheard_frame();
            frame.resize(dice.below(frame.size() + 1));
            return frame;
        default:
            frame = overheard_frame();
            for (std::uint64_t flips = dice.between(1, 3); flips > 0 && !frame.empty(); --flips) {
                frame[dice.below(frame.size())] ^= static_cast<std::byte>(1U << dice.below(8));
            }
            return frame;
    }
}

}  // namespace chapar::sim
