// When each fault of a plan strikes, what a lying broker does, and how everything heals.
#include <algorithm>

#include "broker/core/ledger_tables.h"
#include "client/core/heads.h"
#include "crypto/envelope.h"
#include "crypto/tree.h"
#include "schemas/frames_codec.h"
#include "tests/sim/must.h"
#include "tests/sim/world.h"

namespace chapar::sim {
namespace {

constexpr std::size_t kTj = 0;
constexpr std::size_t kUz1 = 1;
constexpr std::size_t kAf = 3;

std::uint64_t size_of(const storage::MemoryStore& rows) {
    const auto txn = must(rows.begin_read());
    const auto head = must(broker::read_head(*txn));
    return head ? head->size.value : 0;
}

std::optional<client::HeldHead> held_head(const storage::MemoryStore& rows,
                                          const Founding& founding) {
    const auto txn = must(rows.begin_read());
    return must(client::newest_head(*txn, founding.card().log()));
}

// Whether this store's ledger has, or had, that head.
bool is_head_of(const storage::MemoryStore& rows, const crypto::Checkpoint& head) {
    if (head.size.value > size_of(rows)) return false;
    const auto txn = must(rows.begin_read());
    std::vector<Hash> leaves;
    for (std::uint64_t index = 0; index < head.size.value; ++index) {
        const auto leaf = must(txn->get(broker::kLeafTable, broker::number_key(index)));
        leaves.push_back(crypto::leaf_hash(leaf.value()));
    }
    return crypto::tree_root(leaves) == head.root;
}

}  // namespace

void World::letter(std::size_t from, std::size_t to, DurationMs at) {
    Letter out;
    out.at = at;
    ++letters_;
    for (int i = 0; i < 16; ++i)
        out.message.bytes[static_cast<std::size_t>(i)] = static_cast<std::byte>(dice_.below(256));
    out.to.push_back(founding_.members()[to].office);
    out.text = "letter " + std::to_string(letters_) + " of " + founding_.members()[from].name;
    // Sometimes to two offices.
    for (const std::size_t other : {kTj, kUz1, kAf}) {
        const OfficeId& office = founding_.members()[other].office;
        if (office == out.to.front() || office == founding_.members()[from].office) continue;
        if (dice_.one_in(4)) out.to.push_back(office);
    }
    const std::uint64_t urgency = dice_.below(4);
    out.urgency = urgency == 0 ? schemas::Urgency::Flash : schemas::Urgency::Routine;
    if (letters_ <= plan_.files) add_files(out);
    // Of an office whose answer no policy of a plan withholds, and that is never revoked.
    if (letters_ > plan_.letters - std::min(plan_.letters, plan_.approvals) &&
        letters_ <= plan_.letters) {
        out.approvers.push_back(founding_.members()[from == kAf ? kTj : kAf].office);
    }
    clients_[from]->write(std::move(out));
}

// What fits beside the text, what does not, and what needs more than one frame.
void World::add_files(Letter& letter) {
    for (std::uint64_t left = file_dice_.between(1, 3); left > 0; --left) {
        switch (file_dice_.below(4)) {
            case 0:
                letter.files.push_back(file_dice_.between(1, 20'000));
                break;
            case 1:
                letter.files.push_back(file_dice_.between(500'000, 1'500'000));
                break;
            default:
                letter.files.push_back(file_dice_.between(64'000, 300'000));
        }
    }
}

void World::plan_letters() {
    for (unsigned i = 0; i < plan_.letters; ++i) {
        const std::size_t from = dice_.below(kHonestClients);
        std::size_t to = std::array<std::size_t, 3>{kTj, kUz1, kAf}[dice_.below(3)];
        if (founding_.members()[to].office == founding_.members()[from].office) {
            to = to == kTj ? kAf : kTj;
        }
        letter(from, to, any_time());
    }
}

void World::plan_lines() {
    for (unsigned i = 0; i < plan_.cuts; ++i) {
        timeline_.after(any_time(), [this] {
            if (const auto line = network_.any_line()) network_.cut(*line);
        });
    }
    for (unsigned i = 0; i < plan_.partitions; ++i) {
        const CurveKey key = founding_.members()[dice_.below(kHonestClients)].curve;
        const Way way = dice_.one_in(2) ? Way::Up : Way::Down;
        const DurationMs lasts(dice_.between(1'000, 15'000));
        timeline_.after(any_time(), [this, key, way, lasts] {
            network_.hold(key, way, DurationMs(timeline_.now().value + lasts.value));
            transcript_.note(timeline_.now(), "net", "a one-way partition begins");
        });
    }
}

// At one of its next places to die, or at once.
void World::crash(Rack& rack, const std::function<void()>& kill) {
    if (healed_) return;
    if (dice_.one_in(4)) return kill();
    rack.disk->arm_crash(dice_.between(1, 60));
}

void World::plan_machines() {
    for (unsigned i = 0; i < plan_.broker_crashes; ++i) {
        timeline_.after(any_time(),
                        [this] { crash(racks_.at("broker"), [this] { broker_->kill(); }); });
    }
    for (unsigned i = 0; i < plan_.client_crashes; ++i) {
        const std::size_t who = dice_.below(kHonestClients);
        timeline_.after(any_time(), [this, who] {
            crash(racks_.at(founding_.members()[who].name), [this, who] { clients_[who]->kill(); });
        });
    }
    if (plan_.stalled_reader) {
        const std::size_t who = dice_.below(kHonestClients);
        const DurationMs lasts(dice_.between(4'000, 12'000));
        timeline_.after(any_time(), [this, who, lasts] { clients_[who]->stall(lasts); });
    }
}

void World::plan_storage() {
    const auto spell = [this](DurationMs most, const std::function<void(bool)>& set) {
        const DurationMs lasts(dice_.between(300, most.value));
        timeline_.after(any_time(), [this, lasts, set] {
            if (healed_) return;
            set(true);
            timeline_.after(lasts, [set] { set(false); });
        });
    };
    for (unsigned i = 0; i < plan_.full_disks; ++i) {
        Disk& disk = *any_rack().disk;
        spell(DurationMs(4'000), [this, &disk](bool full) {
            disk.set_full(full);
            transcript_.note(timeline_.now(), "disk",
                             disk.root().filename().string() + (full ? " is full" : " has room"));
        });
    }
    for (unsigned i = 0; i < plan_.nearly_full; ++i) {
        FaultyStore& store = *racks_.at("broker").store;
        spell(DurationMs(6'000), [&store](bool nearly) { store.set_nearly_full(nearly); });
    }
    for (unsigned i = 0; i < plan_.io_errors; ++i) {
        Rack& rack = any_rack();
        const bool files = dice_.one_in(2);
        timeline_.after(any_time(), [this, &rack, files] {
            if (healed_) return;
            if (files) rack.disk->arm_io_error(dice_.between(1, 10));
            if (!files) rack.store->arm_failure(dice_.between(1, 5));
        });
    }
    for (unsigned i = 0; i < plan_.rotten_rows; ++i) {
        Rack& rack = any_rack();
        timeline_.after(any_time(), [this, &rack] {
            if (healed_) return;
            const std::string what = rack.store->rot();
            transcript_.note(timeline_.now(), "disk",
                             rack.disk->root().filename().string() + " rots: " + what);
        });
    }
}

void World::plan_clocks() {
    broker_->set_skew(plan_.broker_skew);
    for (std::size_t i = 0; i < kHonestClients; ++i) clients_[i]->set_skew(plan_.skew[i]);
    for (unsigned i = 0; i < plan_.clock_steps; ++i) {
        const std::size_t who = dice_.below(kHonestClients + 1);
        const auto skew = static_cast<std::int64_t>(dice_.below(16 * 60 * 1000)) - 8 * 60 * 1000;
        timeline_.after(any_time(), [this, who, skew] {
            if (healed_) return;
            transcript_.note(
                timeline_.now(), "clock",
                "of machine " + std::to_string(who) + " steps to " + std::to_string(skew) + " ms");
            who == kHonestClients ? broker_->set_skew(skew) : clients_[who]->set_skew(skew);
        });
    }
}

void World::plan_records() {
    if (plan_.policy_change) {
        // Mail that is accepted under one policy and waits under the next.
        const std::uint64_t closes = plan_.busy.value / 3;
        letter(kTj, kUz1, DurationMs(closes - 900));
        timeline_.after(DurationMs(closes - 1'000), [this] {
            clients_[kUz1]->kill();
            clients_[kUz1 + 1]->kill();
        });
        timeline_.after(DurationMs(plan_.busy.value / 3), [this] {
            administer(founding_.closing_policy(), [this] {
                oracles_.policy_closed(true);
                const std::uint64_t now = timeline_.now().value;
                const std::uint64_t end = plan_.busy.value;
                timeline_.after(DurationMs(now < end ? end - now : 1), [this] {
                    oracles_.policy_closed(false);
                    administer(founding_.opening_policy(), [] {});
                });
            });
        });
    }
    if (!plan_.revocation) return;
    timeline_.after(any_time(),
                    [this] { administer(founding_.revocation(), [this] { oracles_.revoked(); }); });
}

void World::plan_lie() {
    if (plan_.lie == Lie::None) return;
    const DurationMs begins(plan_.busy.value / 3);
    // Something to lie about, then something by which it can be noticed.
    for (std::size_t i = 0; i < kHonestClients; ++i) {
        const std::size_t to = i == kTj ? kAf : kTj;
        letter(i, to, DurationMs(begins.value + 500));
        letter(i, to, DurationMs(plan_.busy.value + 3'000));
        letter(i, to, DurationMs(plan_.busy.value + 30'000));
    }
    timeline_.after(begins, [this] {
        lying_ = true;
        transcript_.note(timeline_.now(), "LIE", text_of(plan_.lie));
        if (plan_.lie == Lie::Fork) fork();
        if (plan_.lie != Lie::SetBack) return;
        Rack& rack = racks_.at("broker");
        auto kept = std::make_shared<Snapshot::Machine>(
            Snapshot::Machine{Image::of(rack.disk->root()),
                              must(storage::MemoryStore::reopen(rack.store->records()))});
        timeline_.after(DurationMs(plan_.busy.value / 3 * 2 - 100),
                        [this, kept] { set_back(kept); });
    });
}

// From now on af is shown a line of its own.
void World::fork() {
    const Rack& rack = racks_.at("broker");
    Image::of(rack.disk->root()).unpack(root_ / "twin");
    racks_["twin"] = make_rack("twin", {}, rack.store->records());
    Rack& own = racks_.at("twin");
    twin_ = std::make_unique<BrokerActor>(BrokerActor::Parts{timeline_, network_, transcript_,
                                                             oracles_, *own.disk, *own.store,
                                                             config_, "twin", 1, dice_.next(), 0});
    twin_->start();
    clients_[kAf]->set_door(1);
    while (const auto line = network_.line_of(founding_.members()[kAf].curve)) network_.cut(*line);
}

void World::set_back(std::shared_ptr<Snapshot::Machine> kept) {
    // Told to those who hold a head that it takes back.
    const std::uint64_t kept_size = size_of(*kept->rows);
    for (std::size_t i = 0; i < kHonestClients; ++i) {
        const auto held =
            held_head(racks_.at(founding_.members()[i].name).store->records(), founding_);
        told_ = told_ || (held && held->checkpoint.size.value > kept_size);
    }
    oracles_.ledger_is_set_back();
    broker_->kill();
    Rack& rack = racks_.at("broker");
    kept->files.unpack(rack.disk->root());
    rack.disk->all_durable();
    rack.store->replace_records(must(storage::MemoryStore::reopen(*kept->rows)));
}

// Outcomes with one byte of a proof changed.
void World::forge(Bytes& bytes) {
    auto frame = schemas::decode_frame(bytes);
    auto* const outcomes = frame ? std::get_if<schemas::Outcomes>(&*frame) : nullptr;
    if (outcomes == nullptr) return;
    for (schemas::ItemOutcome& item : outcomes->items) {
        if (!item.code.empty() || item.proofs.empty()) continue;
        schemas::EntryProof& proof = item.proofs[dice_.below(item.proofs.size())];
        const auto bend = [this](auto& part) {
            if (part.size() == 0) return;
            part[dice_.below(part.size())] ^= static_cast<std::byte>(1U << dice_.below(8));
        };
        switch (dice_.below(4)) {
            case 0:
                bend(proof.body);
                break;
            case 1:
                bend(proof.salt.bytes);
                break;
            case 2:
                if (!proof.path.empty()) bend(proof.path[dice_.below(proof.path.size())].bytes);
                break;
            default:
                bend(proof.leaf);
        }
    }
    Bytes forged = schemas::encode_frame(*frame);
    told_ = told_ || forged != bytes;
    bytes = std::move(forged);
}

// One envelope for tj's device, and no other, is never handed out.
void World::drop(const CurveKey& to, Bytes& bytes) {
    if (to != founding_.members()[kTj].curve) return;
    auto frame = schemas::decode_frame(bytes);
    auto* const deliver = frame ? std::get_if<schemas::Deliver>(&*frame) : nullptr;
    if (deliver == nullptr) return;
    // Not its last one: only a later envelope says how many came before it.
    const bool early = timeline_.now().value < plan_.busy.value + 10'000;
    for (const schemas::Delivery& one : deliver->deliveries) {
        const EnvelopeHash hash = crypto::envelope_hash(one.envelope);
        const auto letter = oracles_.letter(hash);
        if (!letter) continue;
        if (lying_ && early && !dropped_ && !handed_to_tj_.contains(hash)) {
            dropped_ = hash;
            transcript_.note(timeline_.now(), "LIE", "drops " + letter->said.text);
        }
        if (dropped_ != hash) handed_to_tj_.insert(hash);
    }
    if (!dropped_) return;
    told_ = true;
    std::erase_if(deliver->deliveries, [this](const schemas::Delivery& one) {
        return crypto::envelope_hash(one.envelope) == *dropped_;
    });
    bytes = schemas::encode_frame(*frame);
}

void World::heal() {
    healed_ = true;
    transcript_.note(timeline_.now(), "HEAL", "all faults end");
    network_.set_faulty(false);
    network_.release_all();
    // Whatever lost or doubled frames within a living line is replaced, and its lines with it.
    if (!plan_.keeps_order()) network_.cut_all();
    for (auto& [name, rack] : racks_) {
        rack.disk->disarm();
        rack.disk->set_full(false);
        rack.store->arm_failure(0);
        rack.store->set_nearly_full(false);
        rack.store->restore_rotten();
    }
    broker_->set_skew(0);
    if (mallory_) mallory_->stop();
    if (twin_) {
        const auto held = held_head(racks_.at("af").store->records(), founding_);
        told_ = held && !is_head_of(racks_.at("broker").store->records(), held->checkpoint);
        twin_->retire();
    }
    for (auto& client : clients_) {
        client->set_skew(0);
        client->set_door(0);
    }
}

}  // namespace chapar::sim
