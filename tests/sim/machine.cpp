#include "tests/sim/machine.h"

namespace chapar::sim {
namespace {

constexpr DurationMs kPause{1'000};

}  // namespace

Machine::Machine(const Parts& parts, std::function<void()> process)
    : parts_(parts), process_(std::move(process)), fiber_([this] { live(); }) {}

Machine::~Machine() {
    if (fiber_.ended()) return;
    const Disk::Running running(parts_.disk);
    parts_.disk.disarm();
    fiber_.kill();
}

void Machine::live() {
    for (;;) {
        bool crashed = false;
        in_process_ = true;
        try {
            process_();
        } catch (const Crashed& crash) {
            crashed = true;
            note("dies: " + crash.where);
        }
        in_process_ = false;
        dying_ = false;
        // Outside of the handler: no waiting while an exception is handled.
        if (crashed && parts_.dice.below(100) < parts_.power_cuts) {
            note("power cut:" + parts_.disk.power_cut(parts_.dice));
            ++boots_;
            booted_ = now();
        }
        sleep(DurationMs(parts_.dice.between(100, kPause.value * 2)));
    }
}

void Machine::resume() {
    ++turn_;
    waiting_ = false;
    const Disk::Running running(parts_.disk);
    fiber_.resume();
}

bool Machine::wait(DurationMs at_most) {
    waiting_ = true;
    woken_ = false;
    parts_.timeline.after(at_most, [this, turn = turn_] {
        if (turn == turn_ && waiting_) resume();
    });
    fiber_.wait();
    if (dying_) {
        dying_ = false;
        throw Crashed{"killed"};
    }
    return woken_;
}

void Machine::sleep(DurationMs duration) {
    const std::uint64_t until = parts_.timeline.now().value + duration.value;
    while (parts_.timeline.now().value < until) {
        wait(DurationMs(until - parts_.timeline.now().value));
    }
}

void Machine::wake() {
    if (!waiting_ || woken_) return;
    woken_ = true;
    parts_.timeline.after(DurationMs(0), [this, turn = turn_] {
        if (turn == turn_ && waiting_) resume();
    });
}

void Machine::kill() {
    if (!in_process_ || !waiting_) return;
    dying_ = true;
    resume();
}

}  // namespace chapar::sim
