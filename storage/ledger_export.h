// An export of the ledger: entries, head and founding record as the members of an archive.
//
// Owns the layout (storage/README.md, "Export"): names, bundles, tiles, digests. Does not know what
// an entry means, checks no signature and proves nothing: that is for who reads it. Tiles and entry
// bundles are those of c2sp.org/tlog-tiles.
#pragma once

#include <string>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/tar.h"

namespace chapar::storage {

struct ExportedEntry {
    Bytes leaf;
    Bytes body;  // as stored: sealed or clear; empty if it was not handed out
    bool operator==(const ExportedEntry&) const = default;
};

struct LedgerExport {
    Bytes manifest;          // the signed record
    std::string vkey;        // one line, without its newline
    std::string checkpoint;  // the signed note
    std::vector<ExportedEntry> entries;
    bool operator==(const LedgerExport&) const = default;
};

// Of the leaf, or the one that a tombstone (00 || leaf hash, where an entry was pruned) holds.
[[nodiscard]] Hash hash_of_exported(ByteView leaf);

// In their fixed order, SHA256SUMS last. Of one segment: larger ledgers are written by
// ledger_export_write.h. REQUIRES: at most kSegmentEntries entries.
[[nodiscard]] std::vector<Member> members_of(const LedgerExport& ledger);
// ExportIncomplete, naming the member, if one is missing, misshapen or too many. Does not compare
// digests or tiles: the reader that proves things does.
[[nodiscard]] Result<LedgerExport> export_of(const std::vector<Member>& members);

}  // namespace chapar::storage
