// The frames that carry heads and ledger entries, out of Cap'n Proto.
//
// Owns: the bounds of their fields. Does not know whether a proof holds. Private to schemas/
// (frames_codec.h is the door). Source: schemas/README.md, "Frames".
#pragma once

#include <vector>

#include "schemas/frames.capnp.h"
#include "schemas/frames.h"
#include "schemas/wire_reading.h"

namespace chapar::schemas {

[[nodiscard]] Head read_head(WireReading& in, wire::Head::Reader wire);
[[nodiscard]] EntryProof read_proof(WireReading& in, wire::EntryProof::Reader wire);
[[nodiscard]] std::vector<EntryProof> read_proofs(WireReading& in,
                                                  capnp::List<wire::EntryProof>::Reader wire);

[[nodiscard]] Frame read_directory(WireReading& in, wire::EntryPage::Reader wire);
[[nodiscard]] Frame read_receipts(WireReading& in, wire::EntryPage::Reader wire);
[[nodiscard]] Frame read_ledger(WireReading& in, wire::LedgerPage::Reader wire);
[[nodiscard]] Frame read_proofs_ask(WireReading& in, wire::ProofsAsk::Reader wire);
[[nodiscard]] Frame read_proofs_answer(WireReading& in, wire::Proofs::Reader wire);

}  // namespace chapar::schemas
