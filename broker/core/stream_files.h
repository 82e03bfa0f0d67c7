// Streams of accepted envelopes that are stored as files beside the store: which envelope needs
// which, how long, and who may fetch them.
//
// Owns: the tables `files` and `fileuse`, and the rule which streams are files. Does not know the
// files: the edge keeps them, content-addressed by R_j, and checks that they are complete before it
// proposes an envelope.
//
// The rule, which the envelope statement alone decides (a replay has no ciphertext): an envelope
// whose streams together are at most limits::kInlineStreamBytes carries them all inline. Any other
// may leave out streams 1 and up; stream 0 is always inline. Files are held until the envelope's
// expiresAt, whoever has confirmed, because an attachment may be fetched long after DELIVERED.
// Source: crypto/envelope.md, "Streams"; broker/edge/README.md, "Attachments".
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "broker/core/operation.h"
#include "crypto/envelope.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::broker {

struct StreamFile {
    std::uint16_t stream = 0;  // j in E
    Hash root;                 // R_j: the file's name
    std::uint64_t size = 0;    // ciphertext bytes
    bool operator==(const StreamFile&) const = default;
};

// Bytes of all streams as sealed; no overflow, whatever the statement says.
[[nodiscard]] std::uint64_t stream_bytes(const crypto::EnvelopeStatement& statement);
// Whether streams of this envelope may be files.
[[nodiscard]] bool may_have_files(const crypto::EnvelopeStatement& statement);
// StreamRoot for ciphertext that is not the statement's, or missing where it must be inline;
// TooLarge for a stream above its limit or too much inline.
[[nodiscard]] Status check_submitted_streams(const crypto::EnvelopeStatement& statement,
                                             const std::vector<Bytes>& streams);

// The files that must be complete before this submission is proposed: those left out. REQUIRES: it
// has passed ingress.
[[nodiscard]] Result<std::vector<StreamFile>> files_needed(const Submit& submit);

// The file of stream j of an accepted envelope, if this device may fetch it at `now`: it has a
// stanza there which was not withheld, and is still one that the envelope could be handed out to.
// NotPermitted, whatever the reason; StreamMissing if that stream is no file, or has expired.
[[nodiscard]] Result<StreamFile> may_fetch(const storage::ReadTxn& txn,
                                           const CertificateHash& device,
                                           const EnvelopeHash& envelope, std::uint16_t stream,
                                           TimeMs now);
// Whether any envelope still holds this file. Ask again, in a transaction begun after the commit,
// before a file of Effects::released is removed, and in the sweep at start.
[[nodiscard]] Result<bool> file_in_use(const storage::ReadTxn& txn, const Hash& root);

// For the fold. `first`: the envelope's first ACCEPTED entry.
[[nodiscard]] Status hold_files(storage::Txn& txn, EntryIndex first,
                                const std::vector<StreamFile>& files);
[[nodiscard]] Status release_files(storage::Txn& txn, EntryIndex first);
// The roots that nobody would hold any more without these envelopes; each once, ascending.
[[nodiscard]] Result<std::vector<Hash>> held_only_by(const storage::ReadTxn& txn,
                                                     const std::set<EntryIndex>& envelopes);

}  // namespace chapar::broker
