#include "tests/sim/schedule.h"

namespace chapar::sim {
namespace {

// In one seed of `n` something between 1 and `most`, else none.
unsigned sometimes(Dice& dice, std::uint64_t n, std::uint64_t most) {
    const auto drawn = static_cast<unsigned>(dice.between(1, most));
    return dice.one_in(n) ? drawn : 0;
}

std::int64_t either_way(Dice& dice, std::uint64_t most) {
    const auto drawn = static_cast<std::int64_t>(dice.below(most));
    return dice.one_in(2) ? drawn : -drawn;
}

// A clock further ahead than 5 minutes is refused until it is right; more than 8 would only make
// the healed phase longer.
constexpr std::uint64_t kSkew = 8 * 60 * 1000;

void draw_line(Dice& dice, Plan& plan) {
    // Half of the seeds have lines as TCP makes them.
    if (dice.one_in(2)) {
        plan.loss = sometimes(dice, 2, 100);
        plan.duplication = sometimes(dice, 3, 100);
        plan.reordering = sometimes(dice, 3, 200);
        plan.bit_flips = sometimes(dice, 6, 30);
    }
    plan.delay_most = dice.one_in(4) ? dice.between(50, 2000) : dice.between(2, 50);
    plan.cuts = sometimes(dice, 2, 6);
    plan.partitions = sometimes(dice, 3, 3);
}

void draw_machines(Dice& dice, Plan& plan) {
    plan.broker_crashes = sometimes(dice, 2, 4);
    plan.client_crashes = sometimes(dice, 2, 4);
    plan.power_cuts = dice.one_in(2) ? 100 : 0;
    plan.full_disks = sometimes(dice, 6, 2);
    plan.io_errors = sometimes(dice, 6, 2);
    plan.rotten_rows = sometimes(dice, 8, 3);
    plan.nearly_full = sometimes(dice, 8, 2);
    if (dice.one_in(4)) {
        for (std::int64_t& one : plan.skew) one = either_way(dice, kSkew);
        plan.broker_skew = either_way(dice, kSkew);
    }
    plan.clock_steps = sometimes(dice, 6, 3);
}

void say(std::string& text, const char* what, std::uint64_t count) {
    if (count != 0) text += std::string(", ") + what + " " + std::to_string(count);
}

}  // namespace

std::uint64_t Dice::next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

const char* text_of(Lie lie) {
    switch (lie) {
        case Lie::None:
            return "none";
        case Lie::Fork:
            return "fork";
        case Lie::DroppedEntry:
            return "dropped entry";
        case Lie::ForgedReceipt:
            return "forged receipt";
        case Lie::SetBack:
            return "set back";
    }
    return "";
}

Plan draw_plan(std::uint64_t seed) {
    Dice dice(seed);
    Plan plan;
    plan.seed = seed;
    plan.busy = DurationMs(dice.between(8'000, 30'000));
    draw_line(dice, plan);
    draw_machines(dice, plan);
    plan.letters = static_cast<unsigned>(dice.between(3, 10));
    plan.policy_change = dice.one_in(4);
    plan.revocation = dice.one_in(8);
    plan.stalled_reader = dice.one_in(10);
    plan.mallory = dice.one_in(8);
    // A generator of its own, so that seeds without it keep the schedule that they had.
    Dice more(seed ^ 0xF17E5ULL);
    plan.files = sometimes(more, 4, 3);
    plan.approvals = sometimes(more, 4, 3);
    const bool lies = dice.one_in(10);
    const auto which = static_cast<Lie>(dice.between(1, 4));
    if (!lies) return plan;
    plan.lie = which;
    // A lie must be told to somebody who is there to notice it.
    plan.loss = plan.duplication = plan.reordering = 0;
    plan.rotten_rows = 0;
    plan.revocation = false;
    return plan;
}

Plan calm_plan() {
    Plan plan;
    plan.busy = DurationMs(20'000);
    return plan;
}

std::string Plan::text() const {
    std::string text = "busy " + std::to_string(busy.value) + " ms, letters " +
                       std::to_string(letters) + ", delay to " + std::to_string(delay_most);
    say(text, "with files", files);
    say(text, "with approval", approvals);
    say(text, "loss", loss);
    say(text, "duplication", duplication);
    say(text, "reordering", reordering);
    say(text, "flipped frames", bit_flips);
    say(text, "cuts", cuts);
    say(text, "partitions", partitions);
    say(text, "broker crashes", broker_crashes);
    say(text, "client crashes", client_crashes);
    say(text, "power cuts %", power_cuts);
    say(text, "full disks", full_disks);
    say(text, "nearly full", nearly_full);
    say(text, "I/O errors", io_errors);
    say(text, "rotten rows", rotten_rows);
    say(text, "clock steps", clock_steps);
    if (broker_skew != 0) text += ", skewed clocks";
    if (policy_change) text += ", policy change";
    if (revocation) text += ", revocation";
    if (stalled_reader) text += ", a reader that stalls";
    if (mallory) text += ", a malicious client";
    if (lie != Lie::None) text += std::string(", a lying broker: ") + text_of(lie);
    return text;
}

}  // namespace chapar::sim
