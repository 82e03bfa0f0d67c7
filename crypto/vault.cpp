#include "crypto/vault.h"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/aead.h"
#include "crypto/hkdf.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {
namespace {

constexpr std::byte kSlotVersion{1};
// version, tag of the table, tag of the place.
constexpr std::size_t kSlotHeadBytes = 1 + 8 + 16;
constexpr std::size_t kSlotUsedBytes = kSlotHeadBytes + WideNonce::kSize + 32 + kTagBytes;
static_assert(kSlotUsedBytes <= kSlotBytes);
// The file grows by so many at a time: one more sync for each of them.
constexpr std::size_t kGrowth = 64;

Bytes bytes_of(const RecordPlace& place) {
    return LayoutWriter().counted8(view(place.table)).raw(place.key).take();
}

// Of a wrapped key: the slot's number and head.
Bytes slot_context(SlotNumber number, ByteView head) {
    return LayoutWriter().u64(number.value).raw(head).take();
}

bool is_zero(ByteView bytes) {
    return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

std::string name_of(SlotNumber number) { return "record key " + std::to_string(number.value); }

template <typename Tag>
Tag cut(const Secret32& mac) {
    Tag tag{};
    std::ranges::copy(mac.expose().first(tag.size()), tag.begin());
    return tag;
}

// The two uses of a record's own key.
Secret32 text_key(const Secret32& key, ByteView place) {
    return hmac_sha256(key.expose(), {view("record"), place});
}
Secret32 commitment(const Secret32& key, ByteView place) {
    return hmac_sha256(key.expose(), {view("commit"), place});
}

Bytes sealed_under(const Secret32& key, SlotNumber number, const RecordPlace& place,
                   ByteView plaintext, Random& random) {
    const Bytes context = bytes_of(place);
    const auto nonce = random_value<WideNonce>(random);
    LayoutWriter out;
    out.u64(number.value).raw(commitment(key, context).expose()).raw(nonce.view());
    out.raw(xchacha_seal(text_key(key, context), nonce, slot_context(number, context), plaintext));
    return out.take();
}

}  // namespace

Vault::Vault(Secret32 vault_key, std::unique_ptr<SlotFile> slots)
    : wrap_key_(hmac_sha256(vault_key.expose(), {view("vault wrap")})),
      tag_key_(hmac_sha256(vault_key.expose(), {view("vault tag")})),
      digest_key_(hmac_sha256(vault_key.expose(), {view("vault digest")})),
      slots_(std::move(slots)) {}

Hash Vault::digest(std::string_view use, ByteView text) const {
    const Bytes begin = LayoutWriter().counted8(view(use)).take();
    Hash out;
    std::ranges::copy(hmac_sha256(digest_key_.expose(), {begin, text}).expose(), out.bytes.begin());
    return out;
}

Vault::TableTag Vault::table_tag(std::string_view table) const {
    return cut<TableTag>(hmac_sha256(tag_key_.expose(), {view("table"), view(table)}));
}

Vault::PlaceTag Vault::place_tag(const RecordPlace& place) const {
    return cut<PlaceTag>(hmac_sha256(tag_key_.expose(), {view("place"), bytes_of(place)}));
}

// Slots that cannot be read are neither free nor known: one bad sector costs its own records only.
Status Vault::load() {
    if (loaded_) return Done{};
    count_ = CHAPAR_TRY(slots_->count());
    for (SlotNumber number; number.value < count_; number = number.next()) {
        note(number, slots_->read(number));
    }
    loaded_ = true;
    return Done{};
}

void Vault::note(SlotNumber number, const Result<Slot>& slot) {
    if (slot && is_zero(*slot)) {
        free_.insert(number);
        return;
    }
    Taken taken;
    if (slot && slot->front() == kSlotVersion) {
        taken.readable = true;
        std::copy_n(slot->begin() + 1, taken.table.size(), taken.table.begin());
        std::copy_n(slot->begin() + 9, taken.place.size(), taken.place.begin());
        by_place_.emplace(taken.place, number);
    }
    taken_.insert_or_assign(number, taken);
}

Result<SlotNumber> Vault::take_slot() {
    if (free_.empty()) {
        if (count_ >= kSlots) return Error(Errc::StoreFull, "record keys");
        CHAPAR_TRY(slots_->grow(kGrowth));
        for (std::size_t i = 0; i < kGrowth; ++i) free_.insert(SlotNumber(count_++));
    }
    return free_.extract(free_.begin()).value();
}

Slot Vault::wrap(SlotNumber number, const RecordPlace& place, const Secret32& key,
                 Random& random) const {
    Slot slot{};
    slot.front() = kSlotVersion;
    std::ranges::copy(table_tag(place.table), slot.begin() + 1);
    std::ranges::copy(place_tag(place), slot.begin() + 9);
    const auto nonce = random_value<WideNonce>(random);
    std::ranges::copy(nonce.bytes, slot.begin() + kSlotHeadBytes);
    const Bytes context = slot_context(number, ByteView(slot).first(kSlotHeadBytes));
    const Bytes sealed = xchacha_seal(wrap_key_, nonce, context, key.expose());
    std::ranges::copy(sealed, slot.begin() + kSlotHeadBytes + WideNonce::kSize);
    return slot;
}

Result<Secret32> Vault::unwrap(SlotNumber number, const Slot& slot) const {
    const Error damaged(Errc::RecordKeyDamaged, name_of(number));
    LayoutReader in{ByteView(slot)};
    const ByteView head = in.raw(kSlotHeadBytes);
    const auto nonce = in.fixed<WideNonce>();
    const ByteView sealed = in.raw(32 + kTagBytes);
    if (head.front() != kSlotVersion || !is_zero(in.raw(in.remaining()))) return damaged;
    const auto key = xchacha_open(wrap_key_, nonce, slot_context(number, head), sealed);
    if (!key) return damaged;
    return *Secret32::from(key->expose());
}

Result<Bytes> Vault::seal(const RecordPlace& place, ByteView plaintext, Random& random) {
    CHAPAR_TRY(load());
    const SlotNumber number = CHAPAR_TRY(take_slot());
    const Secret32 key = Secret32::random(random);
    const Slot slot = wrap(number, place, key, random);
    // Noted first: a slot whose write failed half-way is not given to another record.
    note(number, slot);
    CHAPAR_TRY(slots_->write(number, slot));

    return sealed_under(key, number, place, plaintext, random);
}

Result<Bytes> Vault::seal_again(const RecordPlace& place, ByteView before, ByteView plaintext,
                                Random& random) {
    CHAPAR_TRY(load());
    LayoutReader in(before);
    const SlotNumber number(in.u64());
    const ByteView committed = in.raw(32);
    if (!in.ok()) return Error(Errc::OpenFailed, "record");
    const Secret32 key = CHAPAR_TRY(key_of(place, number, committed));
    return sealed_under(key, number, place, plaintext, random);
}

Result<Secret32> Vault::key_of(const RecordPlace& place, SlotNumber number, ByteView committed) {
    const auto taken = taken_.find(number);
    if (taken == taken_.end()) return Error(Errc::RecordKeyGone, name_of(number));
    if (!taken->second.readable) return Error(Errc::RecordKeyDamaged, name_of(number));
    // Taken since by another record.
    if (taken->second.place != place_tag(place)) {
        return Error(Errc::RecordKeyGone, name_of(number));
    }
    const auto slot = slots_->read(number);
    if (!slot) return Error(Errc::RecordKeyDamaged, name_of(number));
    Secret32 key = CHAPAR_TRY(unwrap(number, *slot));
    if (!equal_in_constant_time(commitment(key, bytes_of(place)).expose(), committed)) {
        return Error(Errc::OpenFailed, "record");
    }
    return key;
}

Result<SecretBuffer> Vault::open(const RecordPlace& place, ByteView sealed) {
    CHAPAR_TRY(load());
    LayoutReader in(sealed);
    const SlotNumber number(in.u64());
    const ByteView committed = in.raw(32);
    const auto nonce = in.fixed<WideNonce>();
    const ByteView text = in.raw(in.remaining());
    if (!in.ok() || text.size() < kTagBytes) return Error(Errc::OpenFailed, "record");

    const Secret32 key = CHAPAR_TRY(key_of(place, number, committed));
    const Bytes context = bytes_of(place);
    return xchacha_open(text_key(key, context), nonce, slot_context(number, context), text);
}

Status Vault::clear(SlotNumber number) {
    CHAPAR_TRY(slots_->write(number, Slot{}));
    const auto taken = taken_.find(number);
    const auto [first, last] = by_place_.equal_range(taken->second.place);
    for (auto it = first; it != last; ++it) {
        if (it->second != number) continue;
        by_place_.erase(it);
        break;
    }
    taken_.erase(taken);
    free_.insert(number);
    return Done{};
}

Status Vault::purge(const RecordPlace& place) {
    CHAPAR_TRY(load());
    const PlaceTag tag = place_tag(place);
    for (auto it = by_place_.find(tag); it != by_place_.end(); it = by_place_.find(tag)) {
        CHAPAR_TRY(clear(it->second));
    }
    return Done{};
}

void Vault::LiveRecords::add_record(ByteView sealed) {
    LayoutReader in(sealed);
    const SlotNumber number(in.u64());
    if (in.ok()) slots_.insert(number);
}

Result<std::size_t> Vault::keep_only(const LiveRecords& live) {
    CHAPAR_TRY(load());
    std::set<TableTag> tables;
    for (const std::string_view table : live.tables_) tables.insert(table_tag(table));
    std::vector<SlotNumber> unused;
    for (const auto& [number, taken] : taken_) {
        if (!live.slots_.contains(number) && taken.readable && tables.contains(taken.table)) {
            unused.push_back(number);
        }
    }
    for (const SlotNumber number : unused) CHAPAR_TRY(clear(number));
    return unused.size();
}

}  // namespace chapar::crypto
