// The operator's way in: the broker's Unix socket, u32 length before each frame.
//
// Owns: the connection and its deadlines. Does not know what frames say, beyond ERROR. One request,
// one answer, in order. The broker answers only its own user. One thread; resource type, movable.
// Errors: Unreachable (no broker there, or too slow), MalformedFrame, TooLarge, what an ERROR says.
#pragma once

#include <filesystem>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "schemas/frames.h"

namespace chapar::client {

class AdminClient {
  public:
    [[nodiscard]] static Result<AdminClient> connect(const std::filesystem::path& socket,
                                                     DurationMs patience = DurationMs(10000));
    AdminClient(AdminClient&& other) noexcept;
    AdminClient& operator=(AdminClient&& other) noexcept;
    ~AdminClient();

    // The broker's answer; an ERROR frame becomes an Error.
    [[nodiscard]] Result<schemas::Frame> ask(const schemas::Frame& request);

  private:
    AdminClient(int socket, DurationMs patience) : socket_(socket), patience_(patience) {}
    int socket_ = -1;
    DurationMs patience_;
};

}  // namespace chapar::client
