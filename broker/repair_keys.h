// Secrets of ledger keys out of an auditor's view file, for a ledger.keys that is older than them.
//
// Owns: reading that file (`chapar ledger view`): the line `chapar-view/1 <origin> <agency or *>`,
// then `<index of the KEY entry> <scope> <secret>` a line, the last two in hexadecimal. Does not
// know whether a secret is the right one: a wrong one gives other leaves. Blocks on the disk.
// Errors: NotFound, KeystoreExposed, FileFailed, MalformedLayout, WrongHome (another ledger's).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "broker/edge/ledger_key_file.h"
#include "schemas/base/result.h"

namespace chapar::broker {

[[nodiscard]] Result<std::vector<NewLedgerKey>> read_view_keys(const std::filesystem::path& path,
                                                               const std::string& origin);

}  // namespace chapar::broker
