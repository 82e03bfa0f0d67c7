#include "broker/repair_try.h"

#include <algorithm>
#include <array>
#include <set>

#include "crypto/body_seal.h"
#include "crypto/leaf.h"

namespace chapar::broker {
namespace {

class Trial {
  public:
    Trial(const TrialGround& ground, std::vector<NewLedgerKey> offered)
        : ground_(ground), offered_(std::move(offered)) {}

    Result<TriedKeys> run() {
        for (std::uint64_t i = ground_.from; i < ground_.until && !offered_.empty(); ++i) {
            CHAPAR_TRY(look_at(EntryIndex(i)));
        }
        TriedKeys out;
        for (NewLedgerKey& key : offered_) {
            if (tried_.contains(key.scope.name())) {
                out.right.push_back(std::move(key));
            } else {
                out.untried.push_back(key.scope);
            }
        }
        return out;
    }

  private:
    Status look_at(EntryIndex index) {
        const RecordedEntry entry = CHAPAR_TRY(ground_.entries.read(index));
        if (crypto::is_tombstone(entry.leaf) || entry.body.empty()) return Done{};
        const auto leaf = crypto::Leaf::decode(entry.leaf);
        if (!leaf || !crypto::is_sealed(leaf->kind)) return Done{};
        const auto key_entry = crypto::key_entry_of(entry.body);
        if (!key_entry) return Done{};
        const auto scope = ground_.opened_by.find(*key_entry);
        if (scope == ground_.opened_by.end()) return Done{};
        CHAPAR_TRY(try_body(scope->second, index, entry.body, *leaf));
        return try_tags(scope->second, index, *leaf);
    }

    Status try_body(const crypto::LedgerKeyScope& scope, EntryIndex index, const Bytes& body,
                    const crypto::Leaf& leaf) {
        const crypto::Secret32* secret = find(scope);
        if (secret == nullptr) return Done{};
        const auto opened = crypto::open_body(*secret, index, body);
        const bool fits = opened && crypto::body_commit(crypto::body_salt(*secret, index),
                                                        *opened) == leaf.body_commit;
        return note(scope, index, fits);
    }

    // An entry's two tags are those of its bucket's agencies, of the same month.
    Status try_tags(const crypto::LedgerKeyScope& bucket, EntryIndex index,
                    const crypto::Leaf& leaf) {
        if (!bucket.first() || !bucket.second() || leaf.tags.size() != 2) return Done{};
        const auto first = crypto::LedgerKeyScope::tag(*bucket.first(), bucket.month());
        if (const auto* secret = find(first)) {
            const auto tag = crypto::view_tag(*secret, ground_.origin, index);
            CHAPAR_TRY(note(first, index, tag == leaf.tags[0]));
        }
        const bool padded = *bucket.first() == *bucket.second();
        const auto second = padded ? crypto::LedgerKeyScope::pad()
                                   : crypto::LedgerKeyScope::tag(*bucket.second(), bucket.month());
        if (const auto* secret = find(second)) {
            const auto tag = padded ? crypto::pad_tag(*secret, index)
                                    : crypto::view_tag(*secret, ground_.origin, index);
            CHAPAR_TRY(note(second, index, tag == leaf.tags[1]));
        }
        return Done{};
    }

    // Null if it was not offered: what is known already is not on trial.
    [[nodiscard]] const crypto::Secret32* find(const crypto::LedgerKeyScope& scope) const {
        const auto at = std::ranges::find(offered_, scope, &NewLedgerKey::scope);
        return at == offered_.end() ? nullptr : &at->secret;
    }

    Status note(const crypto::LedgerKeyScope& scope, EntryIndex index, bool fits) {
        if (fits) {
            tried_.insert(scope.name());
            return Done{};
        }
        std::string whose = scope.first() ? scope.first()->text() : "pad";
        if (scope.second()) whose += " " + scope.second()->text();
        return Error(Errc::LedgerKeyMissing, "entry " + std::to_string(index.value) +
                                                 " was made with another key of " + whose +
                                                 " than the one given");
    }

    const TrialGround& ground_;
    std::vector<NewLedgerKey> offered_;
    std::set<BucketId> tried_;
};

}  // namespace

Result<TriedKeys> try_keys(const TrialGround& ground, std::vector<NewLedgerKey> offered) {
    return Trial(ground, std::move(offered)).run();
}

}  // namespace chapar::broker
