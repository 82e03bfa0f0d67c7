// Behaviour of the fold as readable text: tests/scenarios/*.scenario.
//
// Owns: the verbs. One line is one step; `#` begins a comment; the invariants are checked after
// every step. The verbs, with what may be left out in brackets:
//
//     use NAME                                    (the lines of NAME.setting)
//     agency A                                    office O of A country C [roles ROLE,..]
//     device D of O [for DURATION] [by OFFICER]   bundle D          (publishes the next bundle)
//     rule A ID permit|deny export|import KIND|any up to CLASS [from PARTY,..] [to PARTY,..]
//         [approvals N of ROLE] [size BYTES]      ROLE: liaison auditor supervisor prosecutor
//     drop rule A ID                              a PARTY is O, agency:A or country:C
//     at HH:MM | after DURATION                   DURATION is 3d, 2h or 10m; clocks only go forward
//     clock back DURATION                         the broker's own clock steps back
//     send E from D to O,.. [kind K] [class C] [urgency U] [for DURATION] [created +10m|-10m]
//          [id of E2] [about E2] [audit D] [stranger] [head unknown|other|none] [key +2d|-9d]
//          [old bundle] [attach BYTES].. [approved by D,.. [for-offices O,..] [for-another-text]]
//     resend E
//     confirm E by D EVENT [key-gone] [again]     EVENT: delivered opened acknowledged unopenable
//     deliver D gets E.. | nothing                recall-done
//     suspend D [itself] | reinstate D            fetch E by D      (its first attachment file)
//     withhold E from D | revoke D | advance | restart | mailbox limit N
//     explain from O to O,.. [kind K] [class C] [asked by A]
//     receipts D N                                number of notices for that device
//     next deadline none|some
//
// After a step, `expect` looks at its outcome:
//     expect accepted N | refused CODE [no entry] [rule ID] [hidden rule] | duplicate of E
//     expect releases E                           (its files may go)
//     expect done [N entries] | nothing happens | permit | deny [rule ID] [hidden rule]
#pragma once

#include <filesystem>

#include "tests/unit/broker/world.h"

namespace chapar::testing {

// Runs the file; failures are reported by doctest with file and line.
void run_scenario(const std::filesystem::path& file, StoreKind store);

}  // namespace chapar::testing
