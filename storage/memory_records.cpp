#include "storage/memory_records.h"

#include <iterator>

namespace chapar::storage::memory {

bool BytewiseLess::operator()(ByteView a, ByteView b) const {
    const std::size_t common = std::min(a.size(), b.size());
    const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
    return order != 0 ? order < 0 : a.size() < b.size();
}

FoundRecord Overlaid::exact(ByteView key) const {
    if (const auto changed = over_.find(key); changed != over_.end()) {
        if (!changed->second) return std::nullopt;
        return Record{changed->first, *changed->second};
    }
    const auto found = base_.find(key);
    if (found == base_.end()) return std::nullopt;
    return Record{found->first, found->second};
}

FoundRecord Overlaid::first() const { return forward(base_.begin(), over_.begin()); }
FoundRecord Overlaid::last() const { return backward(base_.end(), over_.end()); }

FoundRecord Overlaid::following(ByteView key, Bound bound) const {
    if (bound == Bound::AtLeast) return forward(base_.lower_bound(key), over_.lower_bound(key));
    return forward(base_.upper_bound(key), over_.upper_bound(key));
}

FoundRecord Overlaid::before(ByteView key) const {
    return backward(base_.lower_bound(key), over_.lower_bound(key));
}

FoundRecord Overlaid::forward(Records::const_iterator base, Changes::const_iterator over) const {
    const BytewiseLess less;
    for (;; ++over) {
        const bool base_left = base != base_.end();
        if (over == over_.end() || (base_left && less(base->first, over->first))) {
            if (!base_left) return std::nullopt;
            return Record{base->first, base->second};
        }
        if (base_left && base->first == over->first) ++base;
        if (over->second) return Record{over->first, *over->second};
    }
}

FoundRecord Overlaid::backward(Records::const_iterator base, Changes::const_iterator over) const {
    const BytewiseLess less;
    for (;;) {
        const bool base_left = base != base_.begin();
        const bool over_left = over != over_.begin();
        if (!over_left || (base_left && less(std::prev(over)->first, std::prev(base)->first))) {
            if (!base_left) return std::nullopt;
            return Record{std::prev(base)->first, std::prev(base)->second};
        }
        --over;
        if (base_left && std::prev(base)->first == over->first) --base;
        if (over->second) return Record{over->first, *over->second};
    }
}

}  // namespace chapar::storage::memory
