// A fetched attachment becomes a file of the person's.
//
// Owns: that it does so only whole and verified, under a name that is safe here, and over nothing:
// written beside its place under a name of its own, synced, renamed to the first free name, synced.
// Does not know the inbox. Mode 0600: who else may read it is the person's decision. Blocks on the
// disk. Errors: those of open_attachment(), NotFound (not fetched), FileFailed, AttachmentType.
#pragma once

#include <filesystem>

#include "client/core/attachment.h"
#include "client/core/blob.h"
#include "client/core/inbox.h"
#include "crypto/random.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct Release {
    const InboxAttachment& attachment;
    const crypto::Secret32& secret;   // s_j
    const std::filesystem::path& to;  // a folder; made if it is not there
};

// The path it has now.
[[nodiscard]] Result<std::filesystem::path> release_attachment(const BlobStore& blobs,
                                                               const Release& release,
                                                               crypto::Random& random);

}  // namespace chapar::client
