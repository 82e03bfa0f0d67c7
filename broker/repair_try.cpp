#include "broker/repair_try.h"

#include <algorithm>
#include <map>
#include <set>

#include "crypto/body_seal.h"
#include "crypto/entry_body.h"
#include "crypto/leaf.h"

namespace chapar::broker {
namespace {

class Trial {
  public:
    Trial(const TrialGround& ground, std::vector<NewLedgerKey> offered)
        : ground_(ground), offered_(std::move(offered)) {}

    Result<TriedKeys> run() {
        for (std::uint64_t i = ground_.from; i < ground_.until && !offered_.empty(); ++i) {
            for (const auto& entry : CHAPAR_TRY(ground_.entries.candidates(EntryIndex(i)))) {
                CHAPAR_TRY(look_at(entry, EntryIndex(i)));
            }
        }
        TriedKeys out;
        for (NewLedgerKey& key : offered_) {
            const auto refuted = refuted_.find(key.scope.name());
            if (right_.contains(key.scope.name())) {
                out.right.push_back(std::move(key));
            } else if (refuted != refuted_.end()) {
                return refusal(key.scope, refuted->second);
            } else {
                out.untried.push_back(key.scope);
            }
        }
        return out;
    }

  private:
    Status look_at(const RecordedEntry& entry, EntryIndex index) {
        if (crypto::is_tombstone(entry.leaf)) return Done{};
        const auto leaf = crypto::Leaf::decode(entry.leaf);
        if (!leaf || !crypto::is_sealed(leaf->kind)) return Done{};
        if (!entry.opened.empty()) return look_at_opened(entry, index, *leaf);
        if (entry.body.empty()) return Done{};
        const auto key_entry = crypto::key_entry_of(entry.body);
        if (!key_entry) return Done{};
        const auto scope = ground_.opened_by.find(*key_entry);
        if (scope == ground_.opened_by.end()) return Done{};
        try_body(scope->second, index, entry.body, *leaf);
        try_tags(scope->second, index, *leaf);
        return Done{};
    }

    // Of a device: the salt came with it, and its leaf bears both out; its bucket is one of those
    // that its two agencies may have in its month.
    Status look_at_opened(const RecordedEntry& entry, EntryIndex index, const crypto::Leaf& leaf) {
        const auto body = crypto::EntryBody::decode(leaf.kind, entry.opened);
        if (!body || !body->sender_agency || !body->recipient_agency) return Done{};
        const auto month = crypto::month_of(leaf.time);
        for (std::uint8_t number = 1; const auto retention = crypto::retention_class_of(number);
             ++number) {
            const auto scope = crypto::LedgerKeyScope::bucket(
                *body->sender_agency, *body->recipient_agency, *retention, month);
            const crypto::Secret32* secret = find(scope);
            if (secret != nullptr && crypto::body_salt(*secret, index) == entry.salt) {
                right_.insert(scope.name());
            }
        }
        try_tags(crypto::LedgerKeyScope::bucket(*body->sender_agency, *body->recipient_agency,
                                                crypto::RetentionClass::Longer, month),
                 index, leaf);
        return Done{};
    }

    void try_body(const crypto::LedgerKeyScope& scope, EntryIndex index, const Bytes& body,
                  const crypto::Leaf& leaf) {
        const crypto::Secret32* secret = find(scope);
        if (secret == nullptr) return;
        const auto opened = crypto::open_body(*secret, index, body);
        note(scope, index,
             opened && crypto::body_commit(crypto::body_salt(*secret, index), *opened) ==
                           leaf.body_commit);
    }

    // An entry's two tags are those of its bucket's agencies, of the same month.
    void try_tags(const crypto::LedgerKeyScope& bucket, EntryIndex index,
                  const crypto::Leaf& leaf) {
        if (!bucket.first() || !bucket.second() || leaf.tags.size() != 2) return;
        const auto first = crypto::LedgerKeyScope::tag(*bucket.first(), bucket.month());
        if (const auto* secret = find(first)) {
            note(first, index, crypto::view_tag(*secret, ground_.origin, index) == leaf.tags[0]);
        }
        const bool padded = *bucket.first() == *bucket.second();
        const auto second = padded ? crypto::LedgerKeyScope::pad()
                                   : crypto::LedgerKeyScope::tag(*bucket.second(), bucket.month());
        if (const auto* secret = find(second)) {
            const auto tag = padded ? crypto::pad_tag(*secret, index)
                                    : crypto::view_tag(*secret, ground_.origin, index);
            note(second, index, tag == leaf.tags[1]);
        }
    }

    // Null if it was not offered: what is known already is not on trial.
    [[nodiscard]] const crypto::Secret32* find(const crypto::LedgerKeyScope& scope) const {
        const auto at = std::ranges::find(offered_, scope, &NewLedgerKey::scope);
        return at == offered_.end() ? nullptr : &at->secret;
    }

    void note(const crypto::LedgerKeyScope& scope, EntryIndex index, bool fits) {
        if (fits) {
            right_.insert(scope.name());
        } else {
            refuted_.emplace(scope.name(), index);
        }
    }

    [[nodiscard]] static Error refusal(const crypto::LedgerKeyScope& scope, EntryIndex index) {
        return Error(Errc::LedgerKeyMissing, "entry " + std::to_string(index.value) +
                                                 " was made with another key of " +
                                                 scope_text(scope) + " than the one given");
    }

    const TrialGround& ground_;
    std::vector<NewLedgerKey> offered_;
    std::set<BucketId> right_;
    std::map<BucketId, EntryIndex> refuted_;  // by the first entry that is said to be its own
};

}  // namespace

std::string scope_text(const crypto::LedgerKeyScope& scope) {
    std::string out = scope.first() ? scope.first()->text() : "pad";
    if (scope.second()) out += " " + scope.second()->text();
    if (scope.retention()) out += " class " + std::to_string(static_cast<int>(*scope.retention()));
    return out + " " + std::to_string(scope.month().value);
}

Result<TriedKeys> try_keys(const TrialGround& ground, std::vector<NewLedgerKey> offered) {
    return Trial(ground, std::move(offered)).run();
}

}  // namespace chapar::broker
