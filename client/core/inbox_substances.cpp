#include "client/core/inbox_substances.h"

#include <algorithm>
#include <set>
#include <utility>

#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/sha256.h"

namespace chapar::client::inbox_substances {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr unsigned kPlaceBits = 8;
constexpr std::size_t kNamesInStep = 64;  // a record's length says how many names it has, to these

// What one record says, in the order in which it is written.
struct Named {
    std::uint8_t place = 0;
    Tag tag{};
    auto operator<=>(const Named&) const = default;
};
using Block = std::vector<Named>;  // ascending, none twice

std::uint64_t block_of(std::uint64_t number) { return number >> kPlaceBits; }
std::uint8_t place_of(std::uint64_t number) { return static_cast<std::uint8_t>(number); }

Bytes encode(const Block& block) {
    LayoutWriter out;
    out.u8(kVersion).u32(static_cast<std::uint32_t>(block.size()));
    for (const Named& named : block) out.u8(named.place).raw(named.tag);
    const std::size_t steps = (block.size() + kNamesInStep - 1) / kNamesInStep;
    out.raw(Bytes((steps * kNamesInStep - block.size()) * (1 + Tag().size())));
    return out.take();
}

Result<Block> decode(ByteView bytes) {
    LayoutReader in(bytes);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "inbox.substances");
    Block block;
    for (std::uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
        Named named;
        named.place = in.u8();
        const ByteView tag = in.raw(named.tag.size());
        std::copy(tag.begin(), tag.end(), named.tag.begin());
        block.push_back(named);
    }
    if (!in.ok() || !std::ranges::is_sorted(block)) {
        return Error(Errc::StoreDamaged, "inbox.substances");
    }
    return block;
}

crypto::RecordPlace place_in_vault(ByteView key) { return {tables::kInboxSubstances.name, key}; }

Result<Block> open(const Device& device, ByteView key, ByteView sealed) {
    const auto clear = CHAPAR_TRY(device.vault.open(place_in_vault(key), sealed));
    return decode(clear.expose());
}

// To be changed: a record that does not open says nothing, and has no key to seal under again.
Status open_to_change(const storage::ReadTxn& txn, const Device& device, ByteView key, Block& block,
                      Bytes& sealed) {
    const auto stored = CHAPAR_TRY(txn.get(tables::kInboxSubstances, key));
    if (!stored) return Done{};
    auto opened = open(device, key, *stored);
    if (!opened) {
        if (is_lost(opened.error().code)) return Done{};
        return opened.error();
    }
    block = std::move(*opened);
    sealed = to_bytes(*stored);
    return Done{};
}

// In place of what was said of this number. Whether nothing of that was taken away.
bool say(Block& block, std::uint8_t place, const std::set<std::string>& names) {
    Block said;
    for (const std::string& name : names) said.push_back({place, tag_of(name)});
    std::ranges::sort(said);
    const auto [first, last] = std::ranges::equal_range(block, place, {}, &Named::place);
    const bool all_stays = std::ranges::includes(said, std::ranges::subrange(first, last));
    const auto at = block.erase(first, last);
    block.insert(at, said.begin(), said.end());
    return all_stays;
}

}  // namespace

Tag tag_of(std::string_view name) {
    Tag tag{};
    const Hash hash = crypto::sha256(view(name));
    std::copy_n(hash.bytes.begin(), tag.size(), tag.begin());
    return tag;
}

bool is_lost(Errc code) {
    return code == Errc::RecordKeyGone || code == Errc::RecordKeyDamaged ||
           code == Errc::OpenFailed;
}

Status put(storage::Txn& txn, const Device& device, const Names& names, crypto::Random& random) {
    for (auto next = names.begin(); next != names.end();) {
        const std::uint64_t number = block_of(next->first.value);
        const Bytes key = number_key(number);
        Block block;
        Bytes sealed;
        CHAPAR_TRY(open_to_change(txn, device, key, block, sealed));
        const Block before = block;
        bool only_added = true;
        for (; next != names.end() && block_of(next->first.value) == number; ++next) {
            only_added = say(block, place_of(next->first.value), next->second) && only_added;
        }
        if (block == before) continue;
        const auto where = place_in_vault(key);
        const Bytes clear = encode(block);
        const Bytes sealed_again = CHAPAR_TRY(
            !sealed.empty() && only_added ? device.vault.seal_again(where, sealed, clear, random)
                                          : device.vault.seal(where, clear, random));
        CHAPAR_TRY(txn.put(tables::kInboxSubstances, key, sealed_again));
    }
    return Done{};
}

Status erase(storage::Txn& txn, const Device& device, InboxNumber number, crypto::Random& random) {
    return put(txn, device, {{number, {}}}, random);
}

Walk::Walk(const storage::ReadTxn& txn, const Device& device, const std::set<std::string>& names)
    : device_(device), cursor_(txn.cursor(tables::kInboxSubstances)) {
    for (const std::string& name : names) tags_.insert(tag_of(name));
}

Status Walk::open(std::uint64_t block) {
    places_.clear();
    for (const Named& named :
         CHAPAR_TRY(inbox_substances::open(device_, cursor_->key(), cursor_->value()))) {
        if (tags_.contains(named.tag)) places_.insert(named.place);
    }
    block_ = block;
    return Done{};
}

Result<std::optional<std::uint64_t>> Walk::at_most(std::uint64_t most) {
    for (std::uint64_t block = block_of(most);; --block) {
        if (block_ != block) {
            CHAPAR_TRY(cursor_->seek_before(number_key(block + 1)));
            if (!cursor_->at_record()) return std::optional<std::uint64_t>();
            const std::uint64_t found = number_at_end(cursor_->key());
            CHAPAR_TRY(open(found));
            if (found < block) most = ((found + 1) << kPlaceBits) - 1;
            block = found;
        }
        const auto above = places_.upper_bound(place_of(most));
        if (above != places_.begin()) {
            return std::optional((block << kPlaceBits) + *std::prev(above));
        }
        if (block == 0) return std::optional<std::uint64_t>();
        most = (block << kPlaceBits) - 1;
    }
}

}  // namespace chapar::client::inbox_substances
