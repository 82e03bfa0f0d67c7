#include "broker/store_care.h"

#include <string>

namespace chapar::broker {

Status StoreCare::look() {
    const int freed = CHAPAR_TRY(store_.check_readers());
    if (freed > 0) log_.warning("store.dead-readers", {{"count", std::to_string(freed)}});
    std::set<Held> now;
    std::set<Held> told;
    for (const storage::StoreReader& reader : CHAPAR_TRY(store_.readers())) {
        const Held held{reader.process, reader.state};
        now.insert(held);
        if (reader.behind == 0 || !seen_.contains(held)) continue;
        told.insert(held);
        if (told_.contains(held)) continue;
        log_.warning("store.slow-reader", {{"process", std::to_string(reader.process)},
                                           {"commits", std::to_string(reader.behind)}});
    }
    seen_ = std::move(now);
    told_ = std::move(told);
    return Done{};
}

}  // namespace chapar::broker
