#include "broker/edge/store_gate.h"

#include <algorithm>

#include "crypto/record.h"

namespace chapar::broker {
namespace {

// Whole ones. Of what is less than a hundred bytes, each byte is one.
std::uint64_t percent_of(std::uint64_t part, std::uint64_t whole) {
    return part / std::max<std::uint64_t>(whole / 100, 1);
}

}  // namespace

StoreGate::Change StoreGate::look(const storage::Usage& usage) {
    if (usage.capacity_bytes == 0) return Change::None;
    percent_ = percent_of(usage.used_bytes, usage.capacity_bytes);
    disk_free_ = usage.disk_bytes == 0 ? 100 : percent_of(usage.disk_free_bytes, usage.disk_bytes);
    // A store that has all its blocks already, or for which there is room many times over, does not
    // mind how large the disk is.
    const bool may_need_it = usage.growth_bytes > usage.disk_free_bytes;
    const bool refuse = percent_ >= kRefuseAt || (may_need_it && disk_free_ < kDiskFree);
    const bool resume = percent_ < kResumeBelow && (!may_need_it || disk_free_ >= kDiskFreeAgain);
    if (!closed_ && refuse) {
        closed_ = true;
        return Change::Closed;
    }
    if (closed_ && resume) {
        closed_ = false;
        return Change::Opened;
    }
    return Change::None;
}

StoreGate::Change StoreGate::met_full() {
    if (closed_) return Change::None;
    closed_ = true;
    return Change::Closed;
}

bool is_new_work(const OperationBody& body) {
    if (std::holds_alternative<Submit>(body)) return true;
    const auto* put = std::get_if<PutRecord>(&body);
    if (put == nullptr) return false;
    const auto record = crypto::SignedRecord::decode(put->record);
    return record && record->type == crypto::RecordType::Bundle;
}

}  // namespace chapar::broker
