#include "tests/sim/fiber.h"

#include <sys/mman.h>

#include <vector>

#include "schemas/base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace chapar::sim {
namespace {

constexpr std::size_t kStackBytes = std::size_t{1} << 20;

// Stacks of fibers that have ended, for those to come.
std::vector<void*>& spare_stacks() {
    static std::vector<void*> spare;
    return spare;
}

void* take_stack() {
    if (!spare_stacks().empty()) {
        void* const stack = spare_stacks().back();
        spare_stacks().pop_back();
        return stack;
    }
    void* const stack = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHAPAR_ASSERT(stack != MAP_FAILED);
    return stack;
}

#if defined(__SANITIZE_ADDRESS__)
void begin_switch(void** keep, const void* bottom, std::size_t size) {
    __sanitizer_start_switch_fiber(keep, bottom, size);
}
void end_switch(void* kept, const void** bottom, std::size_t* size) {
    __sanitizer_finish_switch_fiber(kept, bottom, size);
}
#else
void begin_switch(void**, const void*, std::size_t) {}
void end_switch(void*, const void**, std::size_t*) {}
#endif

}  // namespace

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)), stack_(take_stack()) {
    CHAPAR_ASSERT(getcontext(&inside_) == 0);
    inside_.uc_stack.ss_sp = stack_;
    inside_.uc_stack.ss_size = kStackBytes;
    inside_.uc_link = nullptr;
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    makecontext(&inside_, reinterpret_cast<void (*)()>(&Fiber::enter), 2,
                static_cast<unsigned>(self >> 32), static_cast<unsigned>(self & 0xFFFFFFFFU));
}

Fiber::~Fiber() {
    CHAPAR_ASSERT(ended_);
    spare_stacks().push_back(stack_);
}

void Fiber::enter(unsigned high, unsigned low) {
    const auto self = (static_cast<std::uintptr_t>(high) << 32) | low;
    reinterpret_cast<Fiber*>(self)->run();
}

void Fiber::run() {
    end_switch(nullptr, &outside_bottom_, &outside_size_);
    try {
        if (!killed_) body_();
    } catch (const Killed&) {
    }
    ended_ = true;
    begin_switch(nullptr, outside_bottom_, outside_size_);
    swapcontext(&inside_, &outside_);
}

void Fiber::resume() {
    CHAPAR_ASSERT(!ended_);
    begin_switch(&fake_stack_outside_, stack_, kStackBytes);
    swapcontext(&outside_, &inside_);
    end_switch(fake_stack_outside_, nullptr, nullptr);
}

void Fiber::wait() {
    begin_switch(&fake_stack_inside_, outside_bottom_, outside_size_);
    swapcontext(&inside_, &outside_);
    end_switch(fake_stack_inside_, &outside_bottom_, &outside_size_);
    if (killed_) throw Killed{};
}

void Fiber::kill() {
    killed_ = true;
    while (!ended_) resume();
}

}  // namespace chapar::sim
