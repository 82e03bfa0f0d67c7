#include <doctest/doctest.h>
#include <zlib.h>

#include <filesystem>
#include <set>
#include <sstream>

#include "crypto/hkdf.h"
#include "crypto/sha256.h"
#include "crypto/stream.h"
#include "schemas/base/hex.h"
#include "unit/crypto/vector_file.h"

namespace chapar::testing {
namespace {

using namespace crypto;

std::string inflated(const std::string& compressed) {
    z_stream zlib{};
    REQUIRE(inflateInit(&zlib) == Z_OK);
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    zlib.avail_in = static_cast<uInt>(compressed.size());
    std::string out;
    std::string buffer(1U << 16, '\0');
    int state = Z_OK;
    while (state == Z_OK) {
        zlib.next_out = reinterpret_cast<Bytef*>(buffer.data());
        zlib.avail_out = static_cast<uInt>(buffer.size());
        state = inflate(&zlib, Z_NO_FLUSH);
        out.append(buffer, 0, buffer.size() - zlib.avail_out);
    }
    inflateEnd(&zlib);
    REQUIRE(state == Z_STREAM_END);
    return out;
}

struct AgeVector {
    std::string expect;
    std::string payload_sha256;
    Bytes file_key;
    std::string age_file;
};

AgeVector parse(const std::string& text) {
    AgeVector vector;
    const std::size_t blank = text.find("\n\n");
    REQUIRE(blank != std::string::npos);
    std::istringstream header(text.substr(0, blank));
    bool compressed = false;
    for (std::string line; std::getline(header, line);) {
        const std::size_t colon = line.find(": ");
        const std::string name = line.substr(0, colon);
        const std::string value = line.substr(colon + 2);
        if (name == "expect") vector.expect = value;
        if (name == "payload") vector.payload_sha256 = value;
        if (name == "file key") vector.file_key = from_hex(value).value();
        if (name == "compressed") compressed = true;
    }
    vector.age_file = text.substr(blank + 2);
    if (compressed) vector.age_file = inflated(vector.age_file);
    return vector;
}

// The payload of an age file stands behind the line that begins with "---".
ByteView payload_of(const std::string& age_file) {
    const std::size_t mac = age_file.find("\n--- ");
    REQUIRE(mac != std::string::npos);
    const std::size_t end = age_file.find('\n', mac + 1);
    REQUIRE(end != std::string::npos);
    return view(age_file).subspan(end + 1);
}

Result<SecretBuffer> open_payload(const Secret32& key, ByteView chunks) {
    // age allows one empty chunk for an empty file. Ours are padded, so that our reader refuses it.
    if (chunks.size() == kTagBytes) {
        CHECK_FALSE(open_stream(key, chunks).has_value());
        Nonce last;
        last.bytes.back() = std::byte{1};
        return chacha_open(key, last, {}, chunks);
    }
    return open_stream(key, chunks);
}

void run_file(const std::string& name) {
    CAPTURE(name);
    constexpr std::size_t kNonceBytes = 16;
    const AgeVector vector = parse(read_vector_file(name));
    const ByteView payload = payload_of(vector.age_file);
    if (vector.expect == "header failure") {
        CHECK(payload.size() < kNonceBytes);
        return;
    }
    REQUIRE(payload.size() >= kNonceBytes);
    const Secret32 prk = hkdf_extract(payload.first(kNonceBytes), {vector.file_key});
    const Secret32 key = hkdf_expand32(prk.expose(), {view("payload")});
    const ByteView chunks = payload.subspan(kNonceBytes);
    const Result<SecretBuffer> opened = open_payload(key, chunks);
    const bool success = vector.expect == "success";
    CHECK(opened.has_value() == success);
    if (!opened) return;
    CHECK(to_hex(sha256(opened->expose()).view()) == vector.payload_sha256);
    if (opened->size() > 0) CHECK(equal(seal_stream(key, opened->expose()), chunks));
}

}  // namespace

// Fails if the last flag or the number of the chunk is left out of its nonce.
TEST_CASE("streams open and fail as the STREAM files of age say") {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(CHAPAR_SOURCE_DIR) +
                                                                 "/tests/vectors/crypto/stream")) {
        names.insert("stream/" + entry.path().filename().string());
    }
    for (const std::string& name : names) {
        run_file(name);
        count_case("stream/stream_*");
    }
}

}  // namespace chapar::testing
