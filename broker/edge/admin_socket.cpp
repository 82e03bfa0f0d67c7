#include "broker/edge/admin_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;

constexpr std::size_t kConnections = 16;
constexpr std::chrono::milliseconds kPause{100};

bool is_own_user(Local::socket& socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           peer.uid == geteuid();
}

}  // namespace

// Kept alive by its own pending operation; `owner_` is cleared when the AdminSocket goes first.
class AdminConnection : public std::enable_shared_from_this<AdminConnection> {
  public:
    AdminConnection(AdminSocket& owner, AdminId id, Local::socket socket)
        : owner_(&owner), id_(id), socket_(std::move(socket)) {}

    void read_length() {
        asio::async_read(socket_, asio::buffer(length_),
                         [self = shared_from_this()](const auto& error, std::size_t) {
                             if (error) return self->leave();
                             self->read_frame();
                         });
    }

    void write(ByteView frame) {
        LayoutWriter writer;
        writer.counted32(frame);
        out_ = writer.take();
        asio::async_write(socket_, asio::buffer(out_),
                          [self = shared_from_this()](const auto& error, std::size_t) {
                              if (error) return self->leave();
                              self->read_length();
                          });
    }

    void abandon() {
        owner_ = nullptr;
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

  private:
    void read_frame() {
        LayoutReader reader(length_);
        const std::size_t size = reader.u32();
        if (size > limits::kFrameBytes) return leave();
        in_.resize(size);
        asio::async_read(socket_, asio::buffer(in_),
                         [self = shared_from_this()](const auto& error, std::size_t) {
                             if (error) return self->leave();
                             if (self->owner_ == nullptr) return;
                             self->owner_->on_frame_(self->id_, std::move(self->in_));
                         });
    }

    void leave() {
        if (owner_ != nullptr) owner_->connections_.erase(id_);
    }

    AdminSocket* owner_;
    AdminId id_;
    Local::socket socket_;
    std::array<std::byte, 4> length_{};
    Bytes in_;
    Bytes out_;
};

Result<std::unique_ptr<AdminSocket>> AdminSocket::open(asio::io_context& loop,
                                                       const std::filesystem::path& path,
                                                       OnFrame on_frame) {
    try {
        std::filesystem::remove(path);
        auto socket =
            std::unique_ptr<AdminSocket>(new AdminSocket(loop, path, std::move(on_frame)));
        if (chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
            return Error(Errc::FileFailed, path.string());
        }
        socket->accept();
        return socket;
    } catch (const std::exception& error) {
        return Error(Errc::FileFailed, path.string() + ": " + error.what());
    }
}

AdminSocket::AdminSocket(asio::io_context& loop, std::filesystem::path path, OnFrame on_frame)
    : acceptor_(loop, Local::endpoint(path.string())),
      pause_(loop),
      path_(std::move(path)),
      on_frame_(std::move(on_frame)) {}

AdminSocket::~AdminSocket() {
    for (auto& [id, connection] : connections_) connection->abandon();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    std::error_code also_ignored;
    std::filesystem::remove(path_, also_ignored);
}

void AdminSocket::accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, Local::socket socket) {
        // Aborted: this object is being destroyed and must not be touched.
        if (error == asio::error::operation_aborted) return;
        // Out of descriptors or memory: the connection waits, and would be reported at once again.
        if (error) return accept_later();
        adopt(std::move(socket));
        accept();
    });
}

void AdminSocket::accept_later() {
    pause_.expires_after(kPause);
    pause_.async_wait([this](const boost::system::error_code& error) {
        if (!error) accept();
    });
}

void AdminSocket::adopt(Local::socket socket) {
    if (!is_own_user(socket) || connections_.size() >= kConnections) return;
    const AdminId id = next_++;
    const auto connection = std::make_shared<AdminConnection>(*this, id, std::move(socket));
    connections_.emplace(id, connection);
    connection->read_length();
}

void AdminSocket::reply(AdminId to, ByteView frame) {
    const auto found = connections_.find(to);
    if (found != connections_.end()) found->second->write(frame);
}

}  // namespace chapar::broker
