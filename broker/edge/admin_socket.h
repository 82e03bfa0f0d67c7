// The operator's door: a Unix socket in the broker's directory, open to the broker's own user only.
//
// Owns: the socket DIR/admin.sock (0600), its connections, the check of the peer's uid and the
// framing `u32 length || frame`. Does not know frames. One request of a connection is handled at a
// time, so answers come in order; a frame above limits::kFrameBytes closes the connection. Where
// the system has no descriptor left, callers wait in the kernel's queue.
//
// Resource type; loop thread. Errors: FileFailed. Source: unix(7) SO_PEERCRED.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::broker {

class AdminConnection;
using AdminId = std::uint64_t;

class AdminSocket {
  public:
    // `on_frame` is called once for each request; each must be answered by one reply().
    using OnFrame = std::function<void(AdminId, Bytes)>;

    // Replaces what a dead broker left at `path`. REQUIRES: the directory is locked.
    [[nodiscard]] static Result<std::unique_ptr<AdminSocket>> open(
        boost::asio::io_context& loop, const std::filesystem::path& path, OnFrame on_frame);
    ~AdminSocket();
    AdminSocket(const AdminSocket&) = delete;
    AdminSocket& operator=(const AdminSocket&) = delete;

    // Nothing happens if the peer has gone.
    void reply(AdminId to, ByteView frame);

  private:
    friend class AdminConnection;
    AdminSocket(boost::asio::io_context& loop, std::filesystem::path path, OnFrame on_frame);
    void accept();
    void accept_later();
    void adopt(boost::asio::local::stream_protocol::socket socket);

    boost::asio::local::stream_protocol::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    std::filesystem::path path_;
    OnFrame on_frame_;
    AdminId next_ = 1;
    std::map<AdminId, std::shared_ptr<AdminConnection>> connections_;
};

}  // namespace chapar::broker
