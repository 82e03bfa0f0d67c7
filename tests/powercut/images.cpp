#include "tests/powercut/images.h"

#include <algorithm>

namespace chapar::powercut {
namespace {

constexpr Part kMissing{0, std::nullopt};
constexpr unsigned kSectorsOfPiece = kPiece / kSector;

using Visit = std::function<void(const Choice&)>;

// xorshift64*: enough to choose by, and the same everywhere.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed * 2 + 1) {}
    std::uint64_t next() {
        state_ ^= state_ >> 12U;
        state_ ^= state_ << 25U;
        state_ ^= state_ >> 27U;
        return state_ * 0x2545f4914f6cdd1dU >> 16U;
    }

  private:
    std::uint64_t state_;
};

void each_alone(std::size_t count, const Visit& visit) {
    const std::size_t first = count > kMany ? count - kMany : 0;
    for (std::size_t i = first; i < count; ++i) {
        Choice dropped(count);
        dropped[i] = kMissing;
        visit(dropped);
        Choice alone(count, kMissing);
        alone[i] = Part{};
        visit(alone);
    }
}

void subsets(std::size_t count, const Visit& visit) {
    if (count > kSubsets) return;
    for (unsigned set = 0; set < 1U << count; ++set) {
        Choice choice(count);
        for (std::size_t i = 0; i < count; ++i) {
            if ((set >> i & 1U) == 0) choice[i] = kMissing;
        }
        visit(choice);
    }
}

void subsets_of_files(const std::vector<Change>& pending, const Visit& visit) {
    std::vector<std::uint64_t> files;
    for (const Change& change : pending) {
        if (std::ranges::find(files, change.object) == files.end()) files.push_back(change.object);
    }
    if (files.size() > kSubsets) return;
    for (unsigned set = 0; set < 1U << files.size(); ++set) {
        Choice choice(pending.size());
        for (std::size_t i = 0; i < pending.size(); ++i) {
            const auto file = std::ranges::find(files, pending[i].object) - files.begin();
            if ((set >> file & 1U) == 0) choice[i] = kMissing;
        }
        visit(choice);
    }
}

void torn(const std::vector<Change>& pending, Dice& dice, const Visit& visit) {
    if (pending.empty() || pending.back().kind != Change::Kind::Write) return;
    for (const Part& others : {Part{}, kMissing}) {
        Choice choice(pending.size(), others);
        const auto sectors = static_cast<unsigned>((pending.back().data.size() - 1) / kSector + 1);
        for (unsigned count = 1; count < sectors; ++count) {
            choice.back() = {(1U << count) - 1, std::nullopt};
            visit(choice);
            choice.back() = {kAllSectors << count, std::nullopt};
            visit(choice);
        }
        if (!pending.back().appends) continue;
        choice.back() = {kAllSectors, dice.next() % pending.back().data.size()};
        visit(choice);
    }
}

void random_sectors(const std::vector<Change>& pending, Dice& dice, const Visit& visit) {
    for (unsigned i = 0; i < kRandom; ++i) {
        Choice choice(pending.size());
        for (std::size_t at = 0; at < pending.size(); ++at) {
            const auto drawn = static_cast<Sectors>(dice.next());
            const bool whole = pending[at].kind != Change::Kind::Write || i % 2 == 0;
            const Sectors some = drawn & ((1U << kSectorsOfPiece) - 1);
            choice[at].sectors = whole ? (drawn % 2 == 0 ? 0 : kAllSectors) : some;
        }
        visit(choice);
    }
}

}  // namespace

void for_each_image(const DiskModel& model, std::uint64_t seed, const Visit& visit) {
    const std::vector<Change>& pending = model.pending();
    Dice dice(seed);
    visit(Choice(pending.size()));
    visit(Choice(pending.size(), kMissing));
    each_alone(pending.size(), visit);
    subsets(pending.size(), visit);
    subsets_of_files(pending, visit);
    torn(pending, dice, visit);
    random_sectors(pending, dice, visit);
}

}  // namespace chapar::powercut
