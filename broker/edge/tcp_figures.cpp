#include "broker/edge/tcp_figures.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace chapar::broker {

std::optional<TcpFigures> tcp_figures(int descriptor) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
    // An older kernel tells less.
    constexpr auto kNeeded = offsetof(tcp_info, tcpi_bytes_received) + sizeof(std::uint64_t);
    if (size < kNeeded) return std::nullopt;
    int unread = 0;
    if (ioctl(descriptor, FIONREAD, &unread) != 0) return std::nullopt;
    // More may have arrived between the two answers.
    const std::uint64_t received = info.tcpi_bytes_received;
    const auto waiting = std::min(received, static_cast<std::uint64_t>(std::max(unread, 0)));
    return TcpFigures{received - waiting, waiting};
}

std::optional<std::uint32_t> peer_address(int descriptor) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        address.sin_family != AF_INET) {
        return std::nullopt;
    }
    return ntohl(address.sin_addr.s_addr);
}

std::string address_text(std::uint32_t address) {
    std::array<char, INET_ADDRSTRLEN> text{};
    const in_addr number{htonl(address)};
    inet_ntop(AF_INET, &number, text.data(), text.size());
    return text.data();
}

std::optional<std::uint32_t> address_of(const std::string& text) {
    in_addr number{};
    if (inet_pton(AF_INET, text.c_str(), &number) != 1) return std::nullopt;
    return ntohl(number.s_addr);
}

std::uint64_t raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlimit wanted{limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur != limit.rlim_max && setrlimit(RLIMIT_NOFILE, &wanted) == 0) limit = wanted;
    return limit.rlim_cur;
}

}  // namespace chapar::broker
