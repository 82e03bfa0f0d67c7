// What an agency's audit key proves: which entries are the agency's own, that every one of them
// opens and is the one committed to, who signed it and which head its author had seen, and that
// what was accepted came to an end by those who may end it.
//
// Owns: the ledger keys that are open to the reader, the agency's envelopes under way, the heads
// that authors named, and which of its entries were shredded or pruned. With the centre auditor's
// key every sealed entry is its own. Memory grows with the agency's envelopes: about 250 bytes and
// 90 for each device of each, and 100 for each size that a head was named of. Which KEY entry a
// stored body names is committed to nowhere: that a body was shredded is believed only as far as
// its leaf bears it out. Source: crypto/ledger.md; crypto/verify/README.md; design ledger.md 2.5
// and 2.9.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/verify/directory.h"
#include "crypto/verify/envelope.h"
#include "crypto/verify/named_heads.h"
#include "crypto/verify/retention.h"
#include "crypto/verify/verdict.h"

namespace verify {

// How the ledger's keys are opened: with an audit key, or as a view file lists them.
struct AgencyKeys {
    Bytes audit_secret;          // empty for a view file
    std::string origin, agency;  // of a view file; agency "*" for the centre auditor
    struct Listed {
        Bytes scope, secret;
    };
    std::map<std::uint64_t, Listed> listed;  // by KEY entry

    // Lines "chapar-view/1 ORIGIN AGENCY", then "INDEX SCOPE SECRET" (hex), indices ascending.
    static std::optional<AgencyKeys> parse_view(const std::string& text);
};

class AgencyView {
  public:
    AgencyView(AgencyKeys keys, const Manifest& manifest);
    void take(const Leaf& leaf, const Bytes& stored, Place place, const Directory& directory);
    // An entry that was pruned, in its order.
    void take_tombstone(std::uint64_t index);
    // That authors of own entries signed as seen: the caller compares them with the tree.
    NamedHeads& named_heads() { return heads_; }
    void finish(std::uint64_t last_time_ms, const Retention& retention);

    std::vector<Verdict> verdicts() const;
    std::vector<Fact> facts() const;
    std::vector<std::string> not_proven() const;

  private:
    struct Key {
        KeyScope scope;
        Bytes secret;
    };
    struct Range {
        std::uint64_t from = 0, to = 0;
    };
    // An accepted envelope, as far as it goes to one agency.
    struct Underway {
        Hash hash{};
        std::uint64_t expires = 0;
        std::string sender, recipient;    // agencies
        std::map<Hash, bool> devices;     // whose share came to an end
        std::uint8_t retention = 0;       // class
        std::uint64_t silent_before = 0;  // silence of the ledger before its acceptance
        // An end is demanded when the ledger was written for a week after the expiry: nobody ends
        // anything while a broker is away. `silent` is the silence up to `time_ms`.
        bool due(std::uint64_t time_ms, std::uint64_t silent) const {
            constexpr std::uint64_t kWeek = 7ULL * 86'400'000;
            const std::uint64_t grace = kWeek + (silent - silent_before);
            return time_ms > grace && expires < time_ms - grace;
        }
    };

    void hear(std::uint64_t time_ms);
    void take_key(const Leaf& leaf, const Bytes& body, const Directory& directory);
    std::optional<Bytes> open_secret(std::uint64_t index, const KeyScope& scope, Reader& copies);
    // The agencies whose tag stands in the leaf; ours only, unless we are the centre.
    bool tagged(const Leaf& leaf, std::uint32_t month, std::size_t slot,
                const std::string& agency) const;
    bool own(const Leaf& leaf, std::uint32_t month) const;
    // Whether a bucket of this scope could be the one of this leaf, as far as its tags are known.
    bool could_hold(const KeyScope& scope, const Leaf& leaf) const;
    // Whether the second tag is nobody's; true where the pad key is not open here.
    bool padded(const Leaf& leaf) const;
    void take_unopened(const Leaf& leaf, std::uint64_t bucket);
    void finish_keys();
    bool pruned(std::uint64_t index) const;
    void open_body(const Leaf& leaf, const Bytes& stored, Place place, const Directory& directory);
    void check_tags(const Leaf& leaf, const BodyRecords& body, std::uint32_t month);
    void lies_in(std::uint8_t retention, Place place);
    void judge(const Leaf& leaf, const BodyRecords& body, Place place, const Directory& directory);
    void judge_envelope(const BodyRecords& body, Place place, const Directory& directory,
                        std::uint8_t event);
    void judge_statement(const BodyRecords& body, Place place, const Directory& directory,
                         std::uint8_t event);
    // By the broker: it was withheld, expired, or forwarded.
    void judge_broker_act(const BodyRecords& body, Place place, std::uint8_t event);
    // The own acceptance that an event names; null if there is none, which is judged here.
    Underway* acceptance_of(const BodyRecords& body, Place place);
    void end_share(Underway& accepted, std::uint64_t acceptance, const Hash& device, Place place);
    void see_head(const Item& item, std::uint64_t index);
    void finish_ends(std::uint64_t last_time_ms);
    // Whether this entry may be the acceptance of such an event, and cannot be read any more.
    bool excused(const BodyRecords& event, std::uint64_t index) const;
    void judge_policy(const BodyRecords& body, Place place, const Directory& directory);
    bool signed_item(const Item& item, std::string_view label, const Hash& value,
                     const Device& device) const;

    AgencyKeys keys_;
    Hash home_{}, origin_hash_{};
    std::uint32_t ledger_ = 0;
    Bytes public_key_, centre_auditor_;
    std::string agency_;  // "*" for the centre auditor; empty until the directory names it
    std::map<std::uint64_t, Key> buckets_;                        // by KEY entry
    const KeyScope* bucket_ = nullptr;                            // of the body that is judged
    std::map<std::uint64_t, KeyScope> closed_;                    // buckets that do not open here
    std::map<std::uint32_t, std::map<std::string, Bytes>> tags_;  // month, agency
    std::map<std::uint64_t, std::uint64_t> shredded_;             // own entry, KEY entry it names
    std::vector<Range> pruned_;
    std::map<std::uint64_t, Underway> accepted_;  // by ACCEPTED entry
    std::set<Hash> refused_;
    std::set<std::string> closed_tags_;  // agencies with a tag key that does not open here
    Bytes pad_;
    NamedHeads heads_{"agency.heads"};
    std::uint64_t heard_ = 0;   // time of the newest entry
    std::uint64_t silent_ = 0;  // what of each time between two entries is more than a day
    std::uint64_t keys_opened_ = 0, own_ = 0, opened_ = 0, excused_ = 0, signatures_ = 0;
    std::map<std::uint8_t, std::uint64_t> events_;
    Judge read_{"agency.keys"}, tags_rule_{"agency.tags"}, bodies_{"agency.bodies"},
        signed_{"agency.signatures"}, complete_{"agency.complete"}, ended_{"agency.outcome"};
};

}  // namespace verify
