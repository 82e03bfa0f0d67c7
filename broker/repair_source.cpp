#include "broker/repair_source.h"

#include <algorithm>

namespace chapar::broker {

ExportSource::ExportSource(std::vector<storage::ExportReader> segments)
    : segments_(std::move(segments)) {
    std::ranges::sort(segments_, {}, &storage::ExportReader::start);
    size_ = segments_.front().start();
    for (const storage::ExportReader& segment : segments_) {
        if (segment.start() <= size_) size_ = std::max(size_, segment.end());
    }
}

Result<std::unique_ptr<ExportSource>> ExportSource::open(const std::vector<std::string>& paths) {
    CHAPAR_ASSERT(!paths.empty());
    std::vector<storage::ExportReader> segments;
    for (const std::string& path : paths) {
        segments.push_back(CHAPAR_TRY(storage::ExportReader::open(path)));
        if (segments.back().manifest() != segments.front().manifest()) {
            return Error(Errc::WrongHome, path + " is another ledger's");
        }
    }
    return std::unique_ptr<ExportSource>(new ExportSource(std::move(segments)));
}

std::vector<std::string> ExportSource::checkpoints() const {
    std::vector<std::string> out;
    for (const storage::ExportReader& segment : segments_) out.push_back(segment.checkpoint());
    return out;
}

Result<RecordedEntry> ExportSource::read(EntryIndex index) {
    for (storage::ExportReader& segment : segments_) {
        if (index.value < segment.start() || index.value >= segment.end()) continue;
        storage::ExportedEntry entry = CHAPAR_TRY(segment.read(index.value));
        return RecordedEntry{std::move(entry.leaf), std::move(entry.body)};
    }
    return Error(Errc::ExportIncomplete, "entry " + std::to_string(index.value));
}

}  // namespace chapar::broker
