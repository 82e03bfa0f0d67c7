#include "crypto/witness_request.h"

#include "crypto/base64.h"
#include "crypto/sha256.h"
#include "crypto/text_form.h"
#include "schemas/base/assert.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kOld = "old ";

}  // namespace

std::string AddCheckpoint::body() const {
    CHAPAR_ASSERT(path.size() <= kAddCheckpointPath);
    std::string out(kOld);
    out += std::to_string(old_size.value) + "\n";
    for (const Hash& node : path) out += to_base64(node.view()) + "\n";
    return out + "\n" + note;
}

Result<AddCheckpoint> AddCheckpoint::parse(std::string_view body) {
    if (body.size() > limits::kWitnessRequestBytes) return Errc::TooLarge;
    const std::optional<std::string_view> first = take_line(body);
    if (!first || !first->starts_with(kOld)) return Error(Errc::MalformedLayout, "old size");
    const std::optional<std::uint64_t> size = parse_decimal(first->substr(kOld.size()));
    if (!size) return Error(Errc::MalformedLayout, "old size");
    AddCheckpoint out{TreeSize(*size), {}, {}};
    while (true) {
        const std::optional<std::string_view> line = take_line(body);
        if (!line) return Error(Errc::MalformedLayout, "proof");
        if (line->empty()) break;
        const std::optional<Hash> node = parse_base64_value<Hash>(*line);
        if (!node || out.path.size() == kAddCheckpointPath) {
            return Error(Errc::MalformedLayout, "proof");
        }
        out.path.push_back(*node);
    }
    out.note = std::string(body);
    return out;
}

std::string conflict_body(TreeSize held) { return std::to_string(held.value) + "\n"; }

Result<TreeSize> parse_conflict(std::string_view body) {
    const std::optional<std::string_view> line = take_line(body);
    const auto size = line ? parse_decimal(*line) : std::nullopt;
    if (!size || !body.empty()) return Error(Errc::MalformedLayout, "size");
    return TreeSize(*size);
}

Bytes WitnessCall::encode() const {
    LayoutWriter out;
    out.u8(static_cast<std::uint8_t>(method)).raw(view(body));
    return out.take();
}

Result<WitnessCall> WitnessCall::parse(ByteView frame) {
    if (frame.size() > 1 + limits::kWitnessRequestBytes) return Errc::TooLarge;
    LayoutReader in(frame);
    const std::uint8_t method = in.u8();
    WitnessCall out{static_cast<WitnessMethod>(method), to_string(in.raw(in.remaining()))};
    if (!in.ok() || method < static_cast<std::uint8_t>(WitnessMethod::AddCheckpoint) ||
        method > static_cast<std::uint8_t>(WitnessMethod::Note)) {
        return Error(Errc::MalformedLayout, "method");
    }
    return out;
}

Bytes WitnessAnswer::encode() const {
    LayoutWriter out;
    out.u16(status).raw(view(body));
    return out.take();
}

Result<WitnessAnswer> WitnessAnswer::parse(ByteView frame) {
    if (frame.size() > 2 + limits::kWitnessRequestBytes) return Errc::TooLarge;
    LayoutReader in(frame);
    const std::uint16_t status = in.u16();
    WitnessAnswer out{status, to_string(in.raw(in.remaining()))};
    if (!in.ok() || status < 200 || status > 599) return Error(Errc::MalformedLayout, "status");
    return out;
}

std::string note_path(std::string_view origin) {
    return "note/" + to_hex(sha256(view(origin)).view());
}

}  // namespace chapar::crypto
