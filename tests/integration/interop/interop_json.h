// JSON of the interop tool: bytes as hexadecimal, both ways.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/batch.h"
#include "schemas/base/bytes.h"
#include "schemas/base/hex.h"
#include "schemas/base/ids.h"

namespace chapar::interop {

namespace json = boost::json;

inline json::string hex(ByteView bytes) { return json::string(to_hex(bytes)); }
inline json::array hex_list(const std::vector<Hash>& hashes) {
    json::array out;
    for (const Hash& hash : hashes) out.push_back(hex(hash.view()));
    return out;
}
inline json::object item_json(const crypto::BatchItem& item) {
    return {{"B", hex(item.head.encode())},
            {"sig", hex(item.signature.view())},
            {"index", item.index},
            {"path", hex_list(item.path)}};
}
// Throws for what is no hexadecimal text: the other side is wrong then.
inline Bytes bytes_at(const json::value& object, std::string_view key) {
    const auto& text = object.at(json::string_view(key.data(), key.size())).as_string();
    return from_hex(std::string_view(text.data(), text.size())).value();
}
inline std::string text_at(const json::value& object, std::string_view key) {
    const auto& text = object.at(json::string_view(key.data(), key.size())).as_string();
    return {text.data(), text.size()};
}

}  // namespace chapar::interop
