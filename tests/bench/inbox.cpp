// bench-inbox [--json] [--items N]: what a full inbox costs on this machine.
//
// The store is LMDB on disk, the vault's slots are in memory (filling would wait for a sync an
// item; nothing measured here writes a slot). The directory is empty, so each item shown asks it
// once, in vain. Each figure is the median of many runs and stands beside a floor of the same run.
// What was seen so far: tests/bench/README.md.
#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "client/core/draft_store.h"
#include "client/core/inbox_index.h"
#include "client/core/inbox_page.h"
#include "client/core/inbox_store.h"
#include "client/core/inbox_substances.h"
#include "client/core/store_keys.h"
#include "client/core/substance_names.h"
#include "client/core/tables.h"
#include "client/core/trust_card.h"
#include "client/core/vault_sweep.h"
#include "crypto/manifest.h"
#include "crypto/note.h"
#include "crypto/self_test.h"
#include "schemas/header_codec.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/bench/bench.h"
#include "tests/support/memory_slot_file.h"

namespace chapar::bench {
namespace {

using client::InboxFilter;
using client::InboxNumber;
namespace tables = client::tables;

constexpr std::size_t kPage = 50;
constexpr std::size_t kItemsInCase = 20;
constexpr std::size_t kItemsInCommit = 1000;
constexpr TimeMs kNow{1'795'000'000'000};

// One alert in two is of the first name, one in four of the second, and so on.
const std::vector<std::string> kNames{
    "heroin",    "cannabis resin", "metamfetamine",    "opium",
    "ephedrine", "cocaine",        "acetic anhydride", "fentanyl"};

struct Keys {
    crypto::SystemRandom random;
    crypto::SigningKey key = crypto::SigningKey::generate(random);
    client::TrustCard card = make_card();
    crypto::Vault vault{crypto::Secret32::random(random),
                        std::make_unique<testing::MemorySlotFile>()};
    crypto::Secret32 hedge = crypto::Secret32::random(random);
    client::AgencyRoots roots{must(AgencyId::parse("AF-CNP")), 1, {}};
    client::Device device{card,
                          crypto::random_value<CertificateHash>(random),
                          must(AgencyId::parse("AF-CNP")),
                          must(OfficeId::parse("AF-SKB-BLO")),
                          key,
                          vault,
                          hedge,
                          roots};

    client::TrustCard make_card() {
        crypto::Manifest manifest;
        manifest.origin = "chapar.bench/ledger/1";
        manifest.ledger = LedgerNumber(1);
        manifest.log_key = crypto::SigningKey::generate(random).public_key();
        manifest.curve_key = CurveKey{crypto::generate_key_pair(random).public_key.bytes};
        manifest.centre_root = key.public_key();
        manifest.centre_auditor = crypto::generate_key_pair(random).public_key;
        manifest.endpoints = {"tcp://127.0.0.1:7400"};
        return must(client::TrustCard::create(crypto::sign_manifest(manifest, key),
                                              manifest.endpoints.front()));
    }
};

client::Draft alert_of(const std::string& substance) {
    client::Draft draft;
    draft.options.to = {must(OfficeId::parse("TJ-NPJ-BLO"))};
    schemas::SeizureAlert alert;
    alert.place.country = "TJ";
    alert.time = TimeMs(kNow.value - 3'600'000);
    schemas::Goods goods;
    goods.substance.name = substance;
    goods.quantity.thousandths = 12'450;
    alert.goods.push_back(goods);
    alert.conveyance.mode = schemas::TransportMode::Road;
    alert.agency = "TJ-DCA";
    alert.remarks.note = {std::string(400, 'n'), "en"};
    draft.payload = alert;
    return draft;
}

client::Draft request() {
    client::Draft draft = alert_of("");
    draft.payload = schemas::InfoRequest{
        schemas::QuestionType::Subscriber, "plate 01 AB 123", "case 7", false, {}, {}, {}};
    return draft;
}

class Inbox {
  public:
    Inbox(const std::filesystem::path& folder, std::uint64_t items)
        : store_(must(storage::LmdbStore::open(folder, tables::kAll,
                                               {.map_size = std::size_t{16} << 30}))) {
        for (const std::string& name : kNames) settle(alert_of(name));
        settle(request());
        while (given_ < items) {
            auto txn = must(store_->begin_write());
            for (std::size_t i = 0; i < kItemsInCommit && given_ < items; ++i) put(*txn);
            must(std::move(*txn).commit());
        }
    }

    // Milliseconds.
    [[nodiscard]] double median(const std::function<void(const storage::ReadTxn&)>& work,
                                int runs = 21) const {
        std::vector<double> times;
        for (int run = 0; run < runs; ++run) {
            const auto txn = must(store_->begin_read());
            const auto start = Clock::now();
            work(*txn);
            times.push_back(seconds_since(start) * 1000);
        }
        std::ranges::nth_element(times, times.begin() + runs / 2);
        return times.at(static_cast<std::size_t>(runs / 2));
    }
    [[nodiscard]] double page(const InboxFilter& filter, std::size_t& shown,
                              std::optional<InboxNumber> after = std::nullopt) {
        return median([&](const storage::ReadTxn& txn) {
            shown = must(client::inbox_page(txn, keys_.device, filter, kPage, after)).items.size();
        });
    }
    [[nodiscard]] double sweep() {
        return median(
            [&](const storage::ReadTxn& txn) { must(client::sweep_vault(txn, keys_.vault)); }, 3);
    }
    [[nodiscard]] double make_again() {
        const auto start = Clock::now();
        auto txn = must(store_->begin_write());
        (void)must(client::inbox_index::make_again(*txn, keys_.device, keys_.random));
        must(std::move(*txn).commit());
        return seconds_since(start) * 1000;
    }
    [[nodiscard]] CaseId some_case() const { return case_of(given_ / 2); }

  private:
    struct Settled {
        client::StoredDraft draft;
        std::set<std::string> named;
    };

    void settle(const client::Draft& draft) {
        auto settled = must(client::draft_store::settle(keys_.device, draft, kNow, keys_.random));
        must(client::draft_store::bind(settled, keys_.random));
        auto named = client::substances_of(settled.content.payload);
        settled_.push_back({std::move(settled), std::move(named)});
    }

    static CaseId case_of(std::uint64_t number) {
        CaseId id;
        const Bytes bytes = client::number_key(number / kItemsInCase);
        std::ranges::copy(bytes, id.bytes.begin());
        return id;
    }
    // One in eight is a request; of the alerts as kNames says.
    const Settled& chosen() {
        if (crypto::random_below(keys_.random, 8) == 0) return settled_.back();
        const std::uint32_t drawn = crypto::random_below(keys_.random, 1U << kNames.size());
        std::size_t name = 0;
        while (name + 1 < kNames.size() && ((drawn >> name) & 1U) == 0) ++name;
        return settled_.at(name);
    }
    void put(storage::Txn& txn) {
        const Settled& text = chosen();
        const InboxNumber number(must(client::take_number(txn, tables::kInbox)));
        client::InboxItem item{number,
                               client::InboxState::Received,
                               crypto::random_value<EnvelopeHash>(keys_.random),
                               EntryIndex(number.value * 3),
                               kNow,
                               crypto::random_value<CertificateHash>(keys_.random),
                               must(OfficeId::parse("TJ-NPJ-BLO")),
                               must(AgencyId::parse("TJ-DCA"))};
        item.message = crypto::random_value<MessageId>(keys_.random);
        item.case_id = case_of(number.value);
        item.kind = text.draft.header.kind;
        // One in 50 is FLASH.
        item.urgency = number.value % 50 == 0 ? schemas::Urgency::Flash : schemas::Urgency::Urgent;
        client::inbox_store::ReceivedText received;
        received.header = schemas::encode_header(text.draft.header);
        received.streams.push_back({crypto::SecretBuffer::copy_of(text.draft.stream0.expose()),
                                    crypto::Secret32::random(keys_.random),
                                    {}});
        must(client::inbox_store::put_item(txn, item));
        must(client::inbox_store::put_text(txn, keys_.device, number, received, keys_.random));
        must(
            client::inbox_substances::put(txn, keys_.device, {{number, text.named}}, keys_.random));
        given_ = number.value;
    }

    Keys keys_;
    std::vector<Settled> settled_;
    std::unique_ptr<storage::Store> store_;
    std::uint64_t given_ = 0;
};

// Reads `most` records of the items' table, newest first: what a page or a scan needs at the least.
double floor_of(const Inbox& inbox, std::size_t most) {
    return inbox.median([most](const storage::ReadTxn& txn) {
        const auto cursor = txn.cursor(tables::kInbox);
        std::size_t read = 0;
        for (must(cursor->seek_last()); cursor->at_record() && read < most;
             must(cursor->previous())) {
            ++read;
        }
    });
}

struct Report {
    bool json = false;
    void row(const std::string& point, double ms, double floor_ms, std::size_t shown = 0) const {
        const double ratio = ms / floor_ms;
        if (json) {
            std::printf(
                "{\"point\":\"%s\",\"ms\":%.4f,\"floor_ms\":%.4f,\"ratio\":%.2f,"
                "\"items\":%zu}\n",
                point.c_str(), ms, floor_ms, ratio, shown);
        } else {
            std::printf("%-34s %10.3f ms  %8.1f x floor (%.3f ms)  %zu items\n", point.c_str(), ms,
                        ratio, floor_ms, shown);
        }
        std::fflush(stdout);
    }
};

void measure(Inbox& inbox, const Report& report, std::uint64_t items) {
    const double page_floor = floor_of(inbox, kPage);
    const double scan_floor = floor_of(inbox, items);
    std::size_t shown = 0;
    const auto row = [&](const std::string& point, const InboxFilter& filter,
                         std::optional<InboxNumber> after = std::nullopt) {
        const double ms = inbox.page(filter, shown, after);
        report.row(point, ms, page_floor, shown);
    };
    row("first page", {});
    row("page in the middle", {}, InboxNumber(items / 2));
    row("urgency, 1 in 50", {schemas::Urgency::Flash, {}, {}, {}});
    row("urgency, none", {schemas::Urgency::Routine, {}, {}, {}});
    row("kind, 1 in 8", {{}, schemas::Kind::InfoRequest, {}, {}});
    row("case, in the middle", {{}, {}, inbox.some_case(), {}});
    row("substance, 1 in 2", {{}, {}, {}, kNames.front()});
    row("substance, 1 in 150", {{}, {}, {}, kNames.back()});
    row("substance, none", {{}, {}, {}, "codeine"});
    row("urgency, kind, substance",
        {schemas::Urgency::Flash, schemas::Kind::SeizureAlert, {}, kNames.back()});
    row("urgency and kind that never meet",
        {schemas::Urgency::Routine, schemas::Kind::InfoRequest, {}, {}});
    row("kind and substance that never meet", {{}, schemas::Kind::InfoRequest, {}, "heroin"});
    report.row(
        "all items, as before paging",
        inbox.median([](const storage::ReadTxn& txn) { (void)must(client::inbox_items(txn)); }, 3),
        scan_floor, items);
    report.row("sweep when a home is opened", inbox.sweep(), scan_floor, items);
    report.row("index made again", inbox.make_again(), scan_floor, items);
}

int run(int argc, char** argv) {
    Report report;
    std::uint64_t items = 100'000;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--json") == 0) {
            report.json = true;
        } else if (std::strcmp(argv[i], "--items") == 0 && i + 1 < argc) {
            items = std::strtoull(argv[++i], nullptr, 10);
        } else {
            std::fprintf(stderr, "usage: bench-inbox [--json] [--items N]\n");
            return 2;
        }
    }
    if (items < 1000 || items > 1'000'000) {
        std::fprintf(stderr, "--items: 1000 to 1000000\n");
        return 2;
    }
    must(crypto::start());
    const Folder folder;
    const auto start = Clock::now();
    Inbox inbox(folder.path, items);
    std::fprintf(stderr, "%llu items, filled in %.1f s\n", static_cast<unsigned long long>(items),
                 seconds_since(start));
    measure(inbox, report, items);
    return 0;
}

}  // namespace
}  // namespace chapar::bench

int main(int argc, char** argv) { return chapar::bench::run(argc, argv); }
