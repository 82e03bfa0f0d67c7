#include "crypto/verify/succession.h"

#include <algorithm>
#include <set>

#include "crypto/verify/note.h"
#include "crypto/verify/tree.h"

namespace verify {
namespace {

LogKey log_key_of(const Manifest& manifest) {
    Bytes named = bytes_of(manifest.origin + "\n");
    named.push_back(1);
    named.insert(named.end(), manifest.log_key.begin(), manifest.log_key.end());
    const Hash hash = sha256(named);
    return {manifest.origin, Bytes(hash.begin(), hash.begin() + 4), manifest.log_key};
}

}  // namespace

std::optional<SuccessionOf> parse_succession(const Bytes& wire, std::string& why) {
    const auto fail = [&](const char* sentence) {
        why = sentence;
        return std::nullopt;
    };
    const auto record = parse_record(wire);
    if (!record || record->type != kSuccession) return fail("no succession");
    Reader in(record->body);
    in.number(1);
    const auto before = parse_manifest_body(in.counted(2));
    const auto after = parse_manifest_body(in.counted(2));
    const Bytes note = in.counted(2);
    SuccessionOf out;
    out.kept = in.number(8);
    out.kept_root = in.hash();
    out.carried = in.hash();
    out.made_ms = in.number(8);
    const Bytes reason = in.counted(2);
    out.reason.assign(reason.begin(), reason.end());
    if (!in.complete() || !before || !after) return fail("the succession has another layout");
    if (after->ledger_number != before->ledger_number + 1 ||
        after->centre_root != before->centre_root || after->origin == before->origin ||
        after->log_key == before->log_key) {
        return fail("the two manifests of the succession do not fit one another");
    }
    const auto head = open_checkpoint(note, log_key_of(*before), why);
    if (!head || head->origin != before->origin || head->size < out.kept ||
        (head->size == out.kept && head->root != out.kept_root)) {
        return fail("the note of the succession is not of the old ledger");
    }
    const auto centre = [&](const RecordSignature& s) { return s.key == before->centre_root; };
    if (std::none_of(record->signatures.begin(), record->signatures.end(), centre) ||
        !all_signatures_good(*record)) {
        return fail("the succession is not signed by the centre root");
    }
    out.old_ledger = *before;
    out.new_ledger = *after;
    out.newest = head->size;
    out.newest_root = head->root;
    out.record = *record;
    return out;
}

Hash carried_after(const Hash& so_far, std::uint64_t time_ms, const Hash& record) {
    Bytes time(8);
    for (std::size_t i = 0; i < 8; ++i) {
        time[i] = static_cast<std::uint8_t>(time_ms >> (56 - 8 * i));
    }
    return labelled_hash("carried", {Bytes(so_far.begin(), so_far.end()), time,
                                     Bytes(record.begin(), record.end())});
}

bool signed_by_two_agencies(const SuccessionOf& succession, const AgencyOfRoot& agency_of,
                            std::string& why) {
    std::set<std::string> agencies;
    for (const RecordSignature& s : succession.record.signatures) {
        if (s.key == succession.old_ledger.centre_root) continue;
        const std::string agency = agency_of(s.key);
        if (agency.empty()) {
            why = "the succession is signed by a stranger";
            return false;
        }
        agencies.insert(agency);
    }
    if (agencies.size() >= 2) return true;
    why = "the succession is not signed by roots of two agencies";
    return false;
}

}  // namespace verify
