#include "crypto/arena.h"

#include <sodium.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstring>
#include <mutex>
#include <new>
#include <string>

#include "schemas/base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace chapar::crypto::arena {
namespace {

constexpr std::size_t kPageBytes = 4096;
// A multiple of the page size of every system we know.
constexpr std::size_t kGuardBytes = 64 * 1024;
constexpr std::size_t kSmallest = 32;
// 32, 64, .. 4096.
constexpr std::size_t kClasses = 8;
static_assert(kSmallest << (kClasses - 1) == kBlockBytes && kBlockBytes == kPageBytes);

// A block that nobody has; the rest of it is zeros.
struct FreeBlock {
    FreeBlock* next;
};

// So that a use after the end is found where the sanitizer watches.
void forbid([[maybe_unused]] void* block, [[maybe_unused]] std::size_t size) {
#if defined(__SANITIZE_ADDRESS__)
    ASAN_POISON_MEMORY_REGION(block, size);
#endif
}
void allow([[maybe_unused]] void* block, [[maybe_unused]] std::size_t size) {
#if defined(__SANITIZE_ADDRESS__)
    ASAN_UNPOISON_MEMORY_REGION(block, size);
#endif
}

std::size_t class_of(std::size_t size) {
    CHAPAR_ASSERT(size >= 1 && size <= kBlockBytes);
    const std::size_t rounded = std::bit_ceil(size);
    return rounded <= kSmallest ? 0U
                                : static_cast<std::size_t>(std::countr_zero(rounded / kSmallest));
}

class Arena {
  public:
    Arena();

    [[nodiscard]] Status lock();
    [[nodiscard]] Status reserve(std::size_t bytes);
    [[nodiscard]] std::byte* take(std::size_t size);
    void give_back(std::byte* block, std::size_t size);
    [[nodiscard]] bool owns(const std::byte* address) const {
        return address >= first_ && address < first_ + kLimitBytes;
    }
    [[nodiscard]] std::size_t bytes_locked();

  private:
    // The system call itself: the sanitizers replace the library's function by nothing.
    static bool lock_pages(std::byte* from, std::size_t size) {
        return ::syscall(SYS_mlock, from, size) == 0;
    }
    // False if there is no further step, or it cannot be locked and must be.
    [[nodiscard]] bool grow();
    void fill(std::size_t block_class);

    std::mutex mutex_;
    std::byte* first_ = nullptr;
    std::size_t ready_ = 0;  // bytes that may be reached
    std::size_t given_ = 0;  // of these, bytes of pages that have a class
    bool must_lock_ = false;
    std::array<FreeBlock*, kClasses> free_{};
};

// Address space only: what lies before the first step and after the last stays out of reach.
Arena::Arena() {
    void* const range = ::mmap(nullptr, kLimitBytes + 2 * kGuardBytes, PROT_NONE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHAPAR_ASSERT(range != MAP_FAILED);
    first_ = static_cast<std::byte*>(range) + kGuardBytes;
    CHAPAR_ASSERT(grow());
}

bool Arena::grow() {
    if (ready_ == kLimitBytes) return false;
    std::byte* const step = first_ + ready_;
    CHAPAR_ASSERT(::mprotect(step, kStepBytes, PROT_READ | PROT_WRITE) == 0);
    CHAPAR_ASSERT(::madvise(step, kStepBytes, MADV_DONTDUMP) == 0);
    if (!lock_pages(step, kStepBytes) && must_lock_) {
        CHAPAR_ASSERT(::mprotect(step, kStepBytes, PROT_NONE) == 0);
        return false;
    }
    ready_ += kStepBytes;
    return true;
}

Status Arena::reserve(std::size_t bytes) {
    const std::lock_guard guard(mutex_);
    while (ready_ - given_ < kReserveBytes || ready_ - given_ - kReserveBytes < bytes) {
        if (!grow()) return Error(Errc::MemoryUnlocked, std::to_string(bytes) + " bytes more");
    }
    return Done{};
}

Status Arena::lock() {
    const std::lock_guard guard(mutex_);
    if (!lock_pages(first_, ready_)) {
        return Error(Errc::MemoryUnlocked, std::to_string(ready_) + " bytes");
    }
    must_lock_ = true;
    return Done{};
}

void Arena::fill(std::size_t block_class) {
    if (given_ == ready_) CHAPAR_ASSERT(grow());
    std::byte* const page = first_ + given_;
    given_ += kPageBytes;
    const std::size_t size = kSmallest << block_class;
    for (std::size_t at = kPageBytes; at >= size; at -= size) {
        free_[block_class] = new (page + at - size) FreeBlock{free_[block_class]};
    }
    forbid(page, kPageBytes);
}

std::byte* Arena::take(std::size_t size) {
    const std::size_t block_class = class_of(size);
    const std::lock_guard guard(mutex_);
    if (free_[block_class] == nullptr) fill(block_class);
    FreeBlock* const block = free_[block_class];
    allow(block, kSmallest << block_class);
    free_[block_class] = block->next;
    block->next = nullptr;
    return reinterpret_cast<std::byte*>(block);
}

void Arena::give_back(std::byte* block, std::size_t size) {
    CHAPAR_ASSERT(owns(block));
    const std::size_t block_class = class_of(size);
    sodium_memzero(block, size);
    const std::lock_guard guard(mutex_);
    free_[block_class] = new (block) FreeBlock{free_[block_class]};
    forbid(block, kSmallest << block_class);
}

std::size_t Arena::bytes_locked() {
    const std::lock_guard guard(mutex_);
    return must_lock_ ? ready_ : 0;
}

// Never destroyed: secrets of static objects may outlive it.
Arena& the_arena() {
    static Arena& arena = *new Arena;
    return arena;
}

}  // namespace

Status lock() { return the_arena().lock(); }
Status reserve(std::size_t bytes) { return the_arena().reserve(bytes); }
std::byte* take(std::size_t size) { return the_arena().take(size); }
void give_back(std::byte* block, std::size_t size) { the_arena().give_back(block, size); }
bool owns(const std::byte* address) { return the_arena().owns(address); }
std::size_t bytes_locked() { return the_arena().bytes_locked(); }

}  // namespace chapar::crypto::arena
