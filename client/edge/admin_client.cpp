#include "client/edge/admin_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "schemas/base/layout.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::client {
namespace {

constexpr std::size_t kLengthBytes = 4;

Error unreachable(const char* what) { return Error(Errc::Unreachable, what); }

Status wait_for(int socket, short event, DurationMs patience) {
    pollfd poll_entry{socket, event, 0};
    const int ready = ::poll(&poll_entry, 1, static_cast<int>(patience.value));
    if (ready <= 0) return unreachable("the broker's admin socket is silent");
    return Done{};
}

Status write_all(int socket, ByteView bytes, DurationMs patience) {
    while (!bytes.empty()) {
        CHAPAR_TRY(wait_for(socket, POLLOUT, patience));
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return unreachable("the broker closed its admin socket");
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return Done{};
}

Result<Bytes> read_exactly(int socket, std::size_t size, DurationMs patience) {
    Bytes bytes(size);
    std::size_t have = 0;
    while (have < size) {
        CHAPAR_TRY(wait_for(socket, POLLIN, patience));
        const ssize_t got = ::recv(socket, bytes.data() + have, size - have, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return unreachable("the broker closed its admin socket");
        have += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace

Result<AdminClient> AdminClient::connect(const std::filesystem::path& path, DurationMs patience) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = path.string();
    if (name.size() >= sizeof address.sun_path) return Error(Errc::TooLarge, name);
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    AdminClient client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), patience);
    if (client.socket_ < 0) return Error(Errc::Internal, "socket");
    if (::connect(client.socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
        0) {
        return Error(Errc::Unreachable, name);
    }
    return client;
}

AdminClient::AdminClient(AdminClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), patience_(other.patience_) {}

AdminClient& AdminClient::operator=(AdminClient&& other) noexcept {
    std::swap(socket_, other.socket_);
    std::swap(patience_, other.patience_);
    return *this;
}

AdminClient::~AdminClient() {
    if (socket_ >= 0) ::close(socket_);
}

Result<schemas::Frame> AdminClient::ask(const schemas::Frame& request) {
    CHAPAR_TRY(write_all(socket_, LayoutWriter().counted32(schemas::encode_frame(request)).bytes(),
                         patience_));
    const Bytes length_bytes = CHAPAR_TRY(read_exactly(socket_, kLengthBytes, patience_));
    const std::uint32_t length = LayoutReader(length_bytes).u32();
    if (length > limits::kFrameBytes) return Error(Errc::TooLarge, "answer");
    const Bytes answer = CHAPAR_TRY(read_exactly(socket_, length, patience_));
    schemas::Frame frame = CHAPAR_TRY(schemas::decode_frame(answer));
    if (const auto* error = std::get_if<schemas::ErrorFrame>(&frame)) {
        return Error(errc_of(error->code).value_or(Errc::Internal), error->context);
    }
    return frame;
}

}  // namespace chapar::client
