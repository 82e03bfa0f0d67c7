// chapard check --dir DIR [--json] [--rebuild]
//
// Owns: the command's words and its exit code: 0 all is right, 5 something is not. Any user who may
// read DIR may check; a rebuild needs DIR to itself. Source: storage/README.md.
#pragma once

namespace chapar::broker {

[[nodiscard]] int check_main(int argc, char** argv);

}  // namespace chapar::broker
