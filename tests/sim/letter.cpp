#include "tests/sim/letter.h"

#include <algorithm>
#include <charconv>

#include "crypto/sha256.h"
#include "schemas/base/hex.h"
#include "tests/sim/schedule.h"

namespace chapar::sim {
namespace {

std::uint64_t seed_of(std::string_view name) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
    return hash;
}

// Printable, so that it passes as the text that it is called.
class LetterFile final : public client::PlainFile {
  public:
    LetterFile(std::string_view name, std::uint64_t bytes) : dice_(seed_of(name)), left_(bytes) {}
    Result<std::size_t> read(std::span<std::byte> out) override {
        const std::size_t count = std::min<std::uint64_t>(out.size(), left_);
        for (std::byte& one : out.first(count)) one = next();
        left_ -= count;
        return count;
    }

  private:
    std::byte next() {
        if (drawn_ == 0) {
            word_ = dice_.next();
            drawn_ = 12;
        }
        const auto letter = static_cast<char>('a' + (word_ & 15U));
        word_ >>= 4;
        --drawn_;
        return static_cast<std::byte>(letter);
    }

    Dice dice_;
    std::uint64_t left_;
    std::uint64_t word_ = 0;
    unsigned drawn_ = 0;
};

MessageId derived(const MessageId& message, std::string_view what) {
    crypto::Sha256 hash;
    const Hash digest = hash.update(view(what)).update(message.view()).finish();
    MessageId out;
    std::ranges::copy_n(digest.bytes.begin(), out.bytes.size(), out.bytes.begin());
    return out;
}

}  // namespace

std::string letter_file(const MessageId& message, std::size_t index, std::uint64_t bytes) {
    return to_hex(message.view()) + "/" + std::to_string(index) + "/" + std::to_string(bytes);
}

Result<std::unique_ptr<client::PlainFile>> LetterFiles::open(const std::string& path) {
    const std::size_t length = path.rfind('/');
    std::uint64_t bytes = 0;
    const char* const end = path.data() + path.size();
    if (length == std::string::npos ||
        std::from_chars(path.data() + length + 1, end, bytes).ptr != end) {
        return Error(Errc::NotFound, path);
    }
    return std::unique_ptr<client::PlainFile>(std::make_unique<LetterFile>(path, bytes));
}

MessageId request_of(const MessageId& message) { return derived(message, "request"); }

MessageId answer_of(const MessageId& message, const OfficeId& approver) {
    return derived(message, "answer of " + approver.text());
}

}  // namespace chapar::sim
