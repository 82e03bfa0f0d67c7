// The frames between devices and the broker, as plain structs.
//
// Owns: their shapes. One frame is one ZeroMQ message part besides the routing id. Does not know
// their bytes (frames_codec.h), nor the layouts inside E, items, D, labels, leaves and bodies:
// those are opaque here and parsed by crypto/ and the folders that own them. Times are UTC ms.
// Value types. Source: schemas/README.md, "Frames"; frames.capnp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/time.h"
#include "schemas/header.h"

namespace chapar::schemas {

using ChallengeBytes = FixedBytes<struct ChallengeBytesTag, 32>;

// A ledger entry that can be proven against the checkpoint of its frame.
struct EntryProof {
    EntryIndex index;
    Bytes leaf;
    std::vector<Hash> path;  // leaf upward
    Bytes body;              // clear; empty where the reader may not see it
    Hash salt;
    bool operator==(const EntryProof&) const = default;
};

// A C2SP checkpoint note of the broker's ledger, and the RFC 9162 consistency path from the newest
// checkpoint that this session saw before (HELLO's note at first). Empty path: same size, or none
// before.
struct Head {
    std::string checkpoint;
    std::vector<Hash> consistency;
    bool operator==(const Head&) const = default;
};

struct Connect {
    bool operator==(const Connect&) const = default;
};

struct Challenge {
    ChallengeBytes challenge;
    TimeMs time;  // the broker's
    bool operator==(const Challenge&) const = default;
};

struct Hello {
    CertificateHash device;
    Signature signature;  // Sign("hello", challenge || home || broker CURVE key || device)
    std::string note;     // newest checkpoint note of this device; may be empty
    bool operator==(const Hello&) const = default;
};

struct Welcome {
    TimeMs time;
    Head head;
    bool operator==(const Welcome&) const = default;
};

// A stanza as the sender submits it.
struct SubmittedStanza {
    Bytes label;  // 69 B
    PublicKey enc;
    Bytes ct;  // 48 B, or 96 B of an AUDIT stanza
    bool operator==(const SubmittedStanza&) const = default;
};

struct SubmittedEnvelope {
    Bytes envelope;  // E
    Bytes item;      // B || sig || u16 index || path; empty where the frame has a batch head
    AudienceBlind blind;
    std::vector<SubmittedStanza> stanzas;
    // Ciphertext of stream j; empty: it is stored as a file, uploaded before.
    std::vector<Bytes> streams;
    bool operator==(const SubmittedEnvelope&) const = default;
};

// `batch` = B || sig (174 B): the envelopes are the whole batch, in its order. Or empty: each has
// its item.
struct Submit {
    Bytes batch;
    std::vector<SubmittedEnvelope> envelopes;
    bool operator==(const Submit&) const = default;
};

struct ItemOutcome {
    Hash about;           // eh, TH("delivery", D) or record hash
    std::string code;     // "" = it took effect; else a code of the error catalogue
    std::string context;  // for the sender
    std::string rule;     // "" = none (also: default deny)
    std::optional<PolicyHash> policy;
    std::vector<EntryProof> proofs;
    bool operator==(const ItemOutcome&) const = default;
};

// Answers SUBMIT, STATEMENTS and PUBLISH.
struct Outcomes {
    Head head;
    TimeMs time;
    std::vector<ItemOutcome> items;
    bool operator==(const Outcomes&) const = default;
};

struct Credit {
    std::uint32_t envelopes = 0;  // adds to what was granted before
    bool operator==(const Credit&) const = default;
};

// A stanza as it is handed out, with its place in SR.
struct DeliveredStanza {
    Bytes label;
    PublicKey enc;
    Bytes ct;
    std::uint16_t index = 0;
    std::vector<Hash> path;  // leaf upward
    bool operator==(const DeliveredStanza&) const = default;
};

struct Delivery {
    MailboxNumber number;
    Bytes envelope;  // E
    Bytes item;      // B || sig || u16 index || path
    DeliveredStanza stanza;
    std::vector<DeliveredStanza> audits;
    std::vector<Bytes> streams;  // as in SubmittedEnvelope: what is empty must be fetched
    EntryProof proof;            // its ACCEPTED entry
    bool operator==(const Delivery&) const = default;
};

struct Deliver {
    Head head;
    std::vector<Delivery> deliveries;
    bool operator==(const Deliver&) const = default;
};

struct SignedStatement {
    Bytes statement;  // D, 83 B
    Bytes item;       // as in SubmittedEnvelope
    bool operator==(const SignedStatement&) const = default;
};

struct Statements {
    Bytes batch;  // as in Submit
    std::vector<SignedStatement> statements;
    bool operator==(const Statements&) const = default;
};

struct DirectoryAsk {
    EntryIndex from;
    bool operator==(const DirectoryAsk&) const = default;
};

// Entries of all kinds but MSG; the bodies of POLICY entries are empty.
struct Directory {
    Head head;
    std::vector<EntryProof> entries;
    EntryIndex next;  // where the next question starts
    bool done = false;
    bool operator==(const Directory&) const = default;
};

struct ReceiptsAsk {
    EntryIndex from;
    bool operator==(const ReceiptsAsk&) const = default;
};

// Later events about envelopes that this device sent.
struct Receipts {
    Head head;
    std::vector<EntryProof> proofs;
    EntryIndex next;
    bool done = false;
    bool operator==(const Receipts&) const = default;
};

struct ExplainAsk {
    OfficeId from;
    std::vector<OfficeId> to;
    Kind kind = Kind::SeizureAlert;
    Classification classification = Classification::Unclassified;
    bool operator==(const ExplainAsk&) const = default;
};

enum class PolicyDirection : std::uint8_t { Export = 1, Import = 2 };
enum class PolicyEffect : std::uint8_t { Permit = 1, Deny = 2 };

struct ExplainLine {
    PolicyDirection direction = PolicyDirection::Export;
    AgencyId agency;  // whose policy
    OfficeId office;  // the recipient
    PolicyEffect effect = PolicyEffect::Deny;
    std::string rule;  // "" = no rule matched, or not for this reader
    std::optional<PolicyHash> policy;
    // The condition of a PERMIT rule.
    std::uint8_t approvals = 0;  // so many at least; 0 = none needed
    std::uint16_t role = 0;      // office role of the approvers; 0 if and only if approvals is 0
    std::uint64_t size_max = 0;  // bytes of all streams together; 0 = no limit
    bool operator==(const ExplainLine&) const = default;
};

struct Explained {
    PolicyEffect effect = PolicyEffect::Deny;
    std::vector<ExplainLine> lines;
    bool operator==(const Explained&) const = default;
};

struct LedgerAsk {
    EntryIndex from;
    bool operator==(const LedgerAsk&) const = default;
};

struct StoredEntry {
    Bytes leaf;
    Bytes body;  // as stored: sealed or clear; empty = not handed out
    bool operator==(const StoredEntry&) const = default;
};

struct Ledger {
    Head head;
    std::vector<StoredEntry> entries;  // consecutive from the index asked for
    EntryIndex next;
    bool done = false;
    bool operator==(const Ledger&) const = default;
};

struct Publish {
    Bytes record;
    bool operator==(const Publish&) const = default;
};

struct StatusAsk {
    bool operator==(const StatusAsk&) const = default;
};

struct Figure {
    std::string name;
    std::string value;
    bool operator==(const Figure&) const = default;
};

struct StatusReport {
    std::vector<Figure> figures;
    bool operator==(const StatusReport&) const = default;
};

struct ErrorFrame {
    std::string code;
    std::string context;
    bool operator==(const ErrorFrame&) const = default;
};

// Opens the upload of a stream, or resumes it.
struct Upload {
    Hash root;                 // R_j
    std::uint64_t size = 0;    // size_j
    std::vector<Hash> leaves;  // RFC 9162 leaf hash of each sealed chunk
    bool operator==(const Upload&) const = default;
};

// Answers UPLOAD and CHUNK, in their order.
struct Uploaded {
    Hash root;
    Bytes have;             // bit i, least significant first: chunk i is stored
    bool complete = false;  // all are, and will still be after a power cut
    std::string code;       // "" = it was done; else a code of the error catalogue
    bool operator==(const Uploaded&) const = default;
};

struct Chunk {
    Hash root;
    std::uint64_t first = 0;  // number of the first chunk in `data`
    Bytes data;               // 1..3 whole sealed chunks, consecutive
    bool operator==(const Chunk&) const = default;
};

struct Fetch {
    EnvelopeHash envelope;
    std::uint16_t stream = 0;
    std::uint64_t first = 0;
    std::uint8_t chunks = 0;  // 0..3; 0 asks for the leaf list
    bool operator==(const Fetch&) const = default;
};

// Answers FETCH, in their order. `envelope`, `stream` and `first` are those of the question.
struct Chunks {
    EnvelopeHash envelope;
    std::uint16_t stream = 0;
    std::uint64_t first = 0;
    Hash root;                 // R_j; zero where `code` is given
    std::vector<Hash> leaves;  // of a question for 0 chunks
    Bytes data;                // whole sealed chunks; fewer than asked for at the end
    std::string code;          // "" = served; else a code of the error catalogue
    bool operator==(const Chunks&) const = default;
};

enum class Witnessing : std::uint8_t { AnyHead, WitnessedHead };

// Asks for inclusion proofs against a published head.
struct ProofsAsk {
    std::vector<EntryIndex> entries;  // 1..256
    Witnessing witnessing = Witnessing::AnyHead;
    bool operator==(const ProofsAsk&) const = default;
};

// Answers PROOFS_ASK; entries that are not witnessed yet follow in later PROOFS, unasked. Here the
// consistency path of `head` leads from the smaller to the larger of that head and the newest
// checkpoint that this session saw, for a published head may be older than that.
struct Proofs {
    Head head;
    std::vector<EntryProof> proofs;  // bodies empty, salts zero
    bool operator==(const Proofs&) const = default;
};

using Frame = std::variant<Connect, Challenge, Hello, Welcome, Submit, Outcomes, Credit, Deliver,
                           Statements, DirectoryAsk, Directory, ReceiptsAsk, Receipts, ExplainAsk,
                           Explained, LedgerAsk, Ledger, Publish, StatusAsk, StatusReport,
                           ErrorFrame, Upload, Uploaded, Chunk, Fetch, Chunks, ProofsAsk, Proofs>;

}  // namespace chapar::schemas
