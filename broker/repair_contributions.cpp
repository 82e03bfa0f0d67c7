#include "broker/repair_contributions.h"

#include <algorithm>
#include <utility>

#include "broker/edge/files.h"
#include "crypto/envelope.h"
#include "crypto/leaf.h"
#include "crypto/sha256.h"
#include "crypto/stream.h"
#include "crypto/tree.h"

namespace chapar::broker {
namespace {

// Different payloads that are kept for one envelope: one is right, others are made up.
constexpr std::size_t kPayloadsOfOne = 4;

std::string entry_text(EntryIndex index) { return "entry " + std::to_string(index.value); }

void ignore(Contributions::File& file, const std::string& what, const Error& error) {
    if (file.ignored++ > 0) return;
    file.why = what + ": " + std::string(text_of(error.code).code);
    if (!error.context.empty()) file.why += " (" + error.context + ")";
}

// The entry stands in the tree of this head, and its leaf commits to what came with it.
Result<RecordedEntry> check(crypto::ContributedEntry& given, const crypto::Checkpoint& head) {
    const auto leaf = CHAPAR_TRY(crypto::Leaf::decode(given.leaf));
    if (leaf.index != given.index) return Error(Errc::LeafInvalid, "index");
    CHAPAR_TRY(crypto::check_inclusion(crypto::leaf_hash(given.leaf), given.index.value,
                                       head.size.value, given.path, head.root));
    RecordedEntry out{std::move(given.leaf), {}};
    const bool sealed = crypto::is_sealed(leaf.kind);
    if (sealed && given.body.empty()) return out;
    const crypto::BodySalt salt = sealed ? given.salt : crypto::BodySalt{};
    if (crypto::body_commit(salt, given.body) != leaf.body_commit) {
        return Error(Errc::LeafInvalid, "body");
    }
    (sealed ? out.opened : out.body) = std::move(given.body);
    out.salt = salt;
    return out;
}

// As ingress asks of a submission: every stanza and every stream is the one that was signed.
bool is_of(const crypto::ContributedPayload& given, const Submit& submit) {
    const auto statement = crypto::EnvelopeStatement::decode(submit.envelope);
    if (!statement || given.stanzas.size() != submit.stanzas.size() ||
        given.streams.size() != statement->streams.size()) {
        return false;
    }
    for (std::size_t i = 0; i < given.stanzas.size(); ++i) {
        const auto& [enc, ciphertext] = given.stanzas[i];
        if (crypto::sha256({enc.view(), ciphertext}) != submit.stanzas[i].sealed) return false;
    }
    for (std::size_t j = 0; j < given.streams.size(); ++j) {
        const Bytes& stream = given.streams[j];
        if (stream.empty() || !crypto::check_stream(statement->streams[j], stream)) return false;
    }
    return true;
}

}  // namespace

Contributions::Heads Contributions::take_notes(const crypto::Contribution& given, File& file) {
    Heads heads;
    for (const std::string& note : given.notes) {
        const auto head = crypto::open_checkpoint(note, node_.log.verifier());
        heads.push_back(head ? std::optional(*head) : std::nullopt);
        if (!head) {
            ignore(file, "a note", head.error());
            continue;
        }
        auto& same_size = notes_[head->size];
        const auto same = [&](const KnownNote& one) { return one.head.root == head->root; };
        if (std::ranges::none_of(same_size, same)) {
            same_size.push_back({file.path, note, *head, NoteFrom::Contribution});
        }
    }
    return heads;
}

Status Contributions::take_entry(crypto::ContributedEntry entry, const Heads& heads, File& file) {
    const EntryIndex index = entry.index;
    const auto& head = heads[entry.note];
    auto checked = head ? check(entry, *head)
                        : Result<RecordedEntry>(Error(Errc::NoteInvalid, "not of our log key"));
    if (!checked) {
        ignore(file, entry_text(index), checked.error());
        return Done{};
    }
    ++file.entries;
    const auto [at, added] = entries_.try_emplace(index, Held{{}, file.path});
    Held& held = at->second;
    if (!added && held.entry.leaf != checked->leaf) {
        return Error(Errc::ForkDetected,
                     held.from + " and " + file.path + " prove different " + entry_text(index));
    }
    const bool has_body = !held.entry.body.empty() || !held.entry.opened.empty();
    if (added || !has_body) held = {std::move(*checked), file.path};
    return Done{};
}

Status Contributions::add(const std::string& path) {
    const auto named = [&](const Error& error) {
        return Error(error.code, path + (error.context.empty() ? "" : ": ") + error.context);
    };
    const auto bytes = read_file(path, Exposure::Public);
    if (!bytes) return bytes.error();
    auto given = crypto::open_contribution(*bytes, node_.manifest.origin, node_.curve);
    if (!given) return named(given.error());
    File file{path, 0, 0, {}};
    const Heads heads = take_notes(*given, file);
    for (crypto::ContributedEntry& entry : given->entries) {
        CHAPAR_TRY(take_entry(std::move(entry), heads, file));
    }
    for (crypto::ContributedPayload& payload : given->payloads) {
        auto& kept = payloads_[payload.envelope];
        if (kept.size() < kPayloadsOfOne && std::ranges::find(kept, payload) == kept.end()) {
            kept.push_back(std::move(payload));
        }
    }
    files_.push_back(std::move(file));
    return Done{};
}

std::vector<KnownNote> Contributions::notes() const {
    std::vector<KnownNote> out;
    for (const auto& [size, same_size] : notes_) {
        out.insert(out.end(), same_size.begin(), same_size.end());
    }
    return out;
}

std::optional<Payload> Contributions::payload_of(const Submit& submit) const {
    const auto found = payloads_.find(crypto::envelope_hash(submit.envelope));
    if (found == payloads_.end()) return std::nullopt;
    for (const crypto::ContributedPayload& given : found->second) {
        if (!is_of(given, submit)) continue;
        Payload out;
        for (const auto& [enc, ciphertext] : given.stanzas)
            out.stanzas.push_back({enc, ciphertext});
        out.streams = given.streams;
        return out;
    }
    return std::nullopt;
}

}  // namespace chapar::broker
