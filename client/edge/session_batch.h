// Whole batches in a frame: one head speaks for all its items. For session_*.cpp only.
#pragma once

#include <vector>

#include "crypto/batch.h"
#include "schemas/base/bytes.h"
#include "schemas/base/layout.h"

namespace chapar::client::session_batch {

// B || sig, as SUBMIT and STATEMENTS carry it.
[[nodiscard]] inline Bytes head_bytes(const crypto::BatchItem& item) {
    return LayoutWriter().raw(item.head.encode()).raw(item.signature.view()).take();
}

// Whether these items are all members of one batch, in its order: then one head speaks for all.
template <typename Item, typename ItemOf>
[[nodiscard]] bool is_whole(const std::vector<Item>& items, ItemOf item_of) {
    const crypto::BatchItem& first = item_of(items.front());
    if (items.size() != first.head.count) return false;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const crypto::BatchItem& item = item_of(items[i]);
        if (item.head != first.head || item.signature != first.signature || item.index != i) {
            return false;
        }
    }
    return true;
}

}  // namespace chapar::client::session_batch
