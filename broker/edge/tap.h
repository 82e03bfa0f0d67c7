// The tap: every frame after CURVE has been taken off, both ways, into a file.
//
// For tests that show what the operator of a broker can see. Record: u8 direction {1 received, 2
// sent} || u32 length || the frame. Does not know frames. Written as it happens, never synced.
// Errors: FileFailed; once a write has failed nothing more is recorded.
#pragma once

#include <cstdint>
#include <filesystem>

#include "broker/edge/files.h"

namespace chapar::broker {

enum class TapDirection : std::uint8_t { Received = 1, Sent = 2 };

class Tap {
  public:
    Tap() = default;  // records nothing
    // The file is made, or goes on; 0600 from now on in either case. Symbolic links are refused.
    [[nodiscard]] static Result<Tap> create(const std::filesystem::path& path);
    void record(TapDirection direction, ByteView frame);

  private:
    FileDescriptor file_;
    std::filesystem::path path_;
};

}  // namespace chapar::broker
