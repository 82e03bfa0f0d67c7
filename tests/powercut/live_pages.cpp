#include "tests/powercut/live_pages.h"

#include <cstring>

#include "schemas/base/assert.h"

namespace chapar::powercut {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kPageHead = 16;
constexpr std::uint64_t kNodeHead = 8;
constexpr std::uint16_t kBranch = 0x01;
constexpr std::uint16_t kBigData = 0x01;
constexpr std::uint16_t kSubTree = 0x02;
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::uint64_t kMetaTrees = 24;    // in MDB_meta: magic, version, address, map size
constexpr std::uint64_t kMetaBytes = 136;   // up to the transaction number
constexpr std::uint64_t kTreeBytes = 48;    // MDB_db
constexpr std::uint64_t kTreeRoot = 40;     // in it
constexpr std::uint64_t kMetaNumber = 128;  // in MDB_meta: transaction number

class Walk {
  public:
    explicit Walk(ByteView file) : file_(file) {}

    std::vector<LiveRange> run() {
        const auto number = [&](std::uint64_t page) {
            return read<std::uint64_t>(page * kPage + kPageHead + kMetaNumber);
        };
        const std::uint64_t meta = (number(0) > number(1) ? 0 : 1) * kPage + kPageHead;
        add(meta, kMetaBytes, "head");
        tree(meta + kMetaTrees, "free list");
        tree(meta + kMetaTrees + kTreeBytes, "names");
        return std::move(ranges_);
    }

  private:
    template <typename Number>
    [[nodiscard]] Number read(std::uint64_t at) const {
        Number number{};
        CHAPAR_ASSERT(at + sizeof number <= file_.size());
        std::memcpy(&number, file_.data() + at, sizeof number);
        return number;
    }
    void add(std::uint64_t offset, std::uint64_t size, std::string what) {
        CHAPAR_ASSERT(offset + size <= file_.size());
        if (size > 0) ranges_.push_back({offset, size, std::move(what)});
    }
    void tree(std::uint64_t record, const std::string& name) {
        const auto root = read<std::uint64_t>(record + kTreeRoot);
        if (root != kNoPage) page(root * kPage, name);
    }
    void page(std::uint64_t at, const std::string& name) {
        const auto flags = read<std::uint16_t>(at + 10);
        const auto lower = read<std::uint16_t>(at + 12);
        add(at, kPageHead, name + ": page head");
        add(at + kPageHead, lower - kPageHead, name + ": places");
        for (std::uint64_t slot = kPageHead; slot < lower; slot += 2) {
            const std::uint64_t node = at + read<std::uint16_t>(at + slot);
            (flags & kBranch) != 0 ? branch(node, name) : leaf(node, name);
        }
    }
    void branch(std::uint64_t node, const std::string& name) {
        const std::uint64_t child = read<std::uint16_t>(node) |
                                    std::uint64_t{read<std::uint16_t>(node + 2)} << 16U |
                                    std::uint64_t{read<std::uint16_t>(node + 4)} << 32U;
        add(node, kNodeHead + read<std::uint16_t>(node + 6), name + ": branch");
        page(child * kPage, name);
    }
    void leaf(std::uint64_t node, const std::string& name) {
        const std::uint32_t size =
            read<std::uint16_t>(node) | std::uint32_t{read<std::uint16_t>(node + 2)} << 16U;
        const auto flags = read<std::uint16_t>(node + 4);
        const auto key = read<std::uint16_t>(node + 6);
        const std::uint64_t data = node + kNodeHead + key;
        add(node, kNodeHead, name + ": record head");
        add(node + kNodeHead, key, name + ": key");
        if ((flags & kBigData) != 0) {
            add(data, 8, name + ": overflow number");
            const std::uint64_t at = read<std::uint64_t>(data) * kPage;
            add(at, kPageHead, name + ": overflow head");
            add(at + kPageHead, size, name + ": value");
            return;
        }
        add(data, size, name + ": value");
        if ((flags & kSubTree) == 0) return;
        tree(data, to_string(file_.subspan(node + kNodeHead, key)));
    }

    ByteView file_;
    std::vector<LiveRange> ranges_;
};

}  // namespace

std::vector<LiveRange> live_ranges(ByteView file) { return Walk(file).run(); }

}  // namespace chapar::powercut
