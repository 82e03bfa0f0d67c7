#include <ctime>

#include "crypto/verify/evidence_run.h"

namespace verify {
namespace {

std::string utc(std::uint64_t ms) {
    const auto seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    char text[32] = "?";
    if (gmtime_r(&seconds, &parts) != nullptr) {
        std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    return text;
}

}  // namespace

void EvidenceRun::describe_author() {
    if (!author_) return;
    fact("author, found", author_->officer + ", device " + author_->name + ", " + author_->office +
                              " (" + author_->agency + "), certified at entry " +
                              std::to_string(author_->index));
    const auto versions = directory_->roots_of(author_->agency);
    if (versions.empty()) return;
    std::string keys;
    for (const Bytes& key : versions.back().keys) keys += " " + hex(key);
    fact("roots of " + author_->agency + ", found",
         std::to_string(versions.back().threshold) + " of " +
             std::to_string(versions.back().keys.size()) + ":" + keys);
    const Device* today = directory_->device(author_->certificate);
    if (today == nullptr || !today->revoked) return;
    fact("revoked later", "at " + entry_name(*today->revoked));
    if (today->compromised_since != 0 && today->compromised_since <= accepted_->time_ms) {
        fact("DISPUTED", "its agency calls the key compromised since " +
                             utc(today->compromised_since) + ", before this was accepted");
    }
}

void EvidenceRun::describe_time() {
    if (!accepted_ || !envelope_) return;
    const std::uint64_t index = accepted_->leaf.index;
    std::string before =
        "entry " + std::to_string(newest_before_.index) + " of " + utc(newest_before_.time_ms);
    std::string after = "no head";
    for (const Checkpoint& head : heads_) {
        if (head.size <= index) before = "the head of size " + std::to_string(head.size);
    }
    for (auto head = heads_.rbegin(); head != heads_.rend(); ++head) {
        if (head->size > index) after = "the head of size " + std::to_string(head->size);
    }
    fact("time", "claimed " + utc(envelope_->header.created) + "; accepted between " + before +
                     " and " + after + ", at " + entry_name(index) + ", ledger time " +
                     utc(accepted_->time_ms));
    if (accepted_->leaf.clock != 0) fact("clock", "the ledger's clock was not disciplined");
    if (item_) {
        fact("not before", "the head of size " + std::to_string(item_->seen_size) +
                               ", which its author names in the signature");
    }
}

void EvidenceRun::describe() {
    fact("centre, expected", card_.origin + ", " + hex(card_.home));
    if (manifest_) {
        fact("centre, found", manifest_->origin + ", " + hex(manifest_->home));
    }
    if (expected_roots_) {
        fact("roots, expected", expected_roots_->agency + ", " +
                                    std::to_string(expected_roots_->roots.threshold) + " of " +
                                    std::to_string(expected_roots_->roots.keys.size()));
    }
    if (envelope_) {
        fact("envelope", hex(envelope_->hash));
        fact("message", hex(envelope_->header.message));
        fact("case", hex(envelope_->header.case_id));
        fact("author, expected", "certificate " + hex(envelope_->header.sender));
    }
    describe_author();
    describe_time();
    fact("stream", std::to_string(package_.stream) + " of " +
                       std::to_string(envelope_ ? envelope_->streams.size() : 0));
}

void EvidenceRun::list_not_proven() {
    auto& out = report_.not_proven;
    out = {"who sat at the keyboard, and whether what the text says is true",
           "that it was written at the claimed time: that is the author's own clock",
           "who received or read it: a package holds no stanza and no receipt",
           "what happened in the directory after " + entry_name(last_listed_.index),
           "that nobody was shown another ledger: no witness has signed these heads"};
    if (!expected_roots_) {
        out.emplace_back(
            "that the roots are really those of the author's agency: compare them, "
            "or give --agency-roots");
    }
    if (package_.stream != 0) {
        out.emplace_back("name and type of the attachment: they stand in stream 0");
    }
    if (envelope_ && envelope_->streams.size() > 1) {
        out.emplace_back("what the other streams of the envelope say");
    }
}

}  // namespace verify
