// What the kernel knows about a TCP connection that libzmq owns.
//
// Owns: the questions to the kernel. Does not know what follows from the answers
// (connection_warden.h) or whose descriptor it is now: a caller compares cookies (link.h).
//
// Errors: empty for what is no connected TCP socket over IPv4. Any thread.
// Source: tcp(7) TCP_INFO (tcpi_bytes_received, Linux 4.1), ioctl FIONREAD, getpeername(2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace chapar::broker {

struct TcpFigures {
    std::uint64_t taken = 0;   // that the descriptor's owner has read since the connection began
    std::uint64_t unread = 0;  // that still lie in the kernel, which bounds them
};
[[nodiscard]] std::optional<TcpFigures> tcp_figures(int descriptor);
[[nodiscard]] std::optional<std::uint32_t> peer_address(int descriptor);
// "192.0.2.7"
[[nodiscard]] std::string address_text(std::uint32_t address);
[[nodiscard]] std::optional<std::uint32_t> address_of(const std::string& text);

// Descriptors this process may open, after asking for as many as it may ask for.
[[nodiscard]] std::uint64_t raise_descriptor_limit();

}  // namespace chapar::broker
