// Every bound that is a matter of safety. Capacities (sessions, quotas, rates) are configuration.
#pragma once

#include <cstddef>
#include <cstdint>

#include "schemas/base/time.h"

namespace chapar::limits {

// Frames and Cap'n Proto.
constexpr std::size_t kFrameBytes = 256 * 1024;
constexpr std::size_t kSocketMessageBytes = 320 * 1024;  // ZMQ_MAXMSGSIZE, cuts before we see it
constexpr std::size_t kEnvelopesPerFrame = 256;
constexpr std::uint64_t kTraversalWords = 64 * 1024;  // a whole frame, each word once, doubled
constexpr int kNestingLevels = 16;
constexpr std::size_t kVerificationsPerFrame = 32;
constexpr std::size_t kNoteBytes = 8192;    // a checkpoint with its cosignatures
constexpr std::size_t kPathNodes = 64;      // of any Merkle path
constexpr std::size_t kPageEntries = 1024;  // entries, lines or figures of one answer
constexpr std::size_t kTextBytes = 512;     // a short text of a frame or of content

// Header.
constexpr std::size_t kDerivedFrom = 8;
constexpr std::size_t kReleasableTo = 16;
constexpr std::size_t kAuditors = 4;
constexpr TimeMs kLatestTime{253402300799999};              // the end of the year 9999
constexpr DurationMs kPersonalDataRetention = kDay * 1827;  // five years, two of them leap years

// Sealed content.
constexpr std::size_t kContentBytes = 64 * 1024;
constexpr std::size_t kLongTextBytes = 16 * 1024;
constexpr std::size_t kContentItems = 16;  // goods, places, persons, documents
constexpr std::size_t kPersonNames = 8;
constexpr std::size_t kSeals = 32;
constexpr std::size_t kFieldChanges = 32;
constexpr std::size_t kVisibleRecipients = 256;

// Envelope (crypto/envelope.md).
constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kStreams = 32;
constexpr std::size_t kApprovals = 8;
constexpr std::size_t kStanzas = 256;
constexpr std::size_t kChunkBytes = 65536;
constexpr std::size_t kInlineStreamBytes = 65536;  // ciphertext of all streams kept in the store
constexpr std::size_t kBatchItems = 256;

// Streams stored as files: attachments.
constexpr std::size_t kTagBytes = 16;  // of each sealed chunk
constexpr std::size_t kSealedChunkBytes = kChunkBytes + kTagBytes;
constexpr std::uint64_t kAttachmentBytes = 100ULL * 1024 * 1024;  // plaintext of one
constexpr std::size_t kStreamChunks = 1632;                       // of 102 MiB: 100 MiB padded
constexpr std::uint64_t kStreamBytes = std::uint64_t{kStreamChunks} * kSealedChunkBytes;
constexpr std::size_t kChunksPerFrame = 3;

// Certificates, bundles, policies.
constexpr std::size_t kRootKeys = 16;
constexpr std::size_t kRegistrars = 16;
constexpr std::size_t kRecordSigners = kRootKeys + 1;  // an agency's change: old roots and centre
constexpr std::size_t kPeers = 64;
constexpr std::size_t kRecordBytes = 16 * 1024;
constexpr std::size_t kBundleDays = 60;
constexpr std::size_t kPolicyRules = 256;
constexpr DurationMs kCertificateValidity = kDay * 366;
constexpr DurationMs kRegistrarsValidity = kDay * 732;

// Ledger.
constexpr std::size_t kLeafBodyBytes = 64 * 1024;
constexpr std::size_t kProofsPerFrame = 256;
constexpr std::size_t kWitnessRequestBytes = 64 * 1024;  // add-checkpoint, whole
constexpr std::size_t kWitnesses = 32;                   // of one policy
constexpr std::size_t kLegalBasisBytes = 512;            // of SHRED, HOLD, PRUNE and OVERRIDE
constexpr std::uint64_t kSegmentEntries = 65'536;        // of one export archive
constexpr DurationMs kWitnessedBy = kMinute;             // L2 is late after that
constexpr std::size_t kHoldsPerAgency = 256;             // in force at the same time
constexpr std::uint64_t kLedgerEntries = 1ULL << 56;     // seven levels of tiles

// Broker's edge.
constexpr std::size_t kVerifierQueue = 256;        // frames that wait for a verifier
constexpr std::size_t kPendingOperations = 16384;  // operations that wait for a tick
constexpr std::size_t kSessionOutbox = 64;         // frames for one session that cannot be sent yet
constexpr std::size_t kReadEntries = 16384;        // entries looked at for one answer
constexpr std::size_t kUploadsOpen = 4;            // UPLOAD and CHUNK of a session, not answered
constexpr std::size_t kFetchesOpen = 4;            // FETCH of a session, not answered
constexpr std::size_t kChunkFramesQueued = 2;      // CHUNKS of a session that wait to be sent
constexpr std::size_t kTransferBytes = 32 * 1024 * 1024;  // chunks in memory, of all, each way

constexpr std::size_t kBuildText = 256;           // of an EPOCH entry
constexpr std::size_t kExpiriesPerAdvance = 256;  // envelopes; a later Advance takes the next

// Time.
constexpr DurationMs kClockAhead = kMinute * 5;
constexpr DurationMs kEnvelopeLife = kDay * 30;  // expiresAt is at most this far ahead
constexpr DurationMs kKeyGone = kDay * 30;       // after ACCEPTED, for UNOPENABLE with reason 1

// Store.
constexpr std::size_t kStoreKeyBytes = 64;
constexpr std::size_t kStoreTableNameBytes = 32;
constexpr std::size_t kStoreTables = 64;
constexpr unsigned kStoreReaders = 64;  // read transactions at the same time

}  // namespace chapar::limits
