// Deciding about a delivery: who signed it, and is that believed where it was accepted?
//
// Owns: putting together what the directory says of sender and approvers (peer_trust.h has the
// rule). Does not know what is kept. For the inbox's own files. Pure.
//
// Errors: refused for good as may_believe() says, LeafInvalid (another sender's agency),
// KeyInvalid; those of a broken store.
#pragma once

#include <optional>

#include "client/core/device.h"
#include "client/core/directory_replica.h"
#include "client/core/inbox_examine.h"
#include "client/core/peer_trust.h"
#include "crypto/receive.h"
#include "schemas/base/result.h"

namespace chapar::client::inbox_judge {

struct Judged {
    Doubt doubt = Doubt::None;  // of the sender, or else of an approver
    Standing standing = Standing::Valid;
    // Empty with Doubt::SignerNotHeld: nothing can be verified yet.
    std::optional<DeviceEntry> sender;
    std::optional<crypto::Signers> signers;
};

[[nodiscard]] Result<Judged> judge(const DirectoryView& directory, const Device& device,
                                   const inbox_examine::Examined& examined);

// The code that says why an item is provisional: directory.behind, peer.unconfirmed,
// peer.key-changed. REQUIRES: a doubt.
[[nodiscard]] Errc code_of(Doubt doubt);

}  // namespace chapar::client::inbox_judge
