#include "broker/core/recent_entries.h"

#include <utility>

namespace chapar::broker {
namespace {

std::size_t size_of(const MadeEntry& entry) { return entry.leaf.size() + entry.opened.body.size(); }

}  // namespace

void RecentEntries::keep(std::vector<MadeEntry> entries) {
    for (MadeEntry& entry : entries) {
        if (!entries_.empty() && entry.index.value != entries_.back().index.value + 1) clear();
        bytes_ += size_of(entry);
        entries_.push_back(std::move(entry));
    }
    while (bytes_ > kBytesMax) {
        bytes_ -= size_of(entries_.front());
        entries_.pop_front();
    }
}

const MadeEntry* RecentEntries::find(EntryIndex index) const {
    if (entries_.empty() || index < entries_.front().index) return nullptr;
    const std::uint64_t at = index.value - entries_.front().index.value;
    return at < entries_.size() ? &entries_[at] : nullptr;
}

void RecentEntries::clear() {
    entries_.clear();
    bytes_ = 0;
}

}  // namespace chapar::broker
