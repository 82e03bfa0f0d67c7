// A client's own stack: code that blocks, in a program with one thread.
//
// A session of a device is synchronous: it waits in Transport::receive(). In the simulator it runs
// on a stack of its own and gives the thread back where it would wait. Owns: the stack and the
// switch. Does not know time or who resumes it.
//
// An exception must not leave the body, and a fiber must not wait while one is in flight. It is
// destroyed only after its body has ended: kill() makes wait() throw Killed in it.
// Resource type; one thread. Source: makecontext(3).
#pragma once

#include <ucontext.h>

#include <functional>
#include <memory>

namespace chapar::sim {

struct Killed {};  // not an std::exception: nothing but the body's end may catch it

class Fiber {
  public:
    explicit Fiber(std::function<void()> body);
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    // Runs it until it waits or ends. REQUIRES: called from outside of it, and !ended().
    void resume();
    // Gives the thread back. REQUIRES: called inside of it. Throws Killed after kill().
    void wait();
    void kill();
    [[nodiscard]] bool ended() const { return ended_; }

  private:
    static void enter(unsigned high, unsigned low);
    void run();

    std::function<void()> body_;
    void* stack_;
    ucontext_t inside_{};
    ucontext_t outside_{};
    bool ended_ = false;
    bool killed_ = false;
    void* fake_stack_outside_ = nullptr;  // AddressSanitizer's
    void* fake_stack_inside_ = nullptr;
    const void* outside_bottom_ = nullptr;
    std::size_t outside_size_ = 0;
};

}  // namespace chapar::sim
