#include "crypto/body_seal.h"

#include "crypto/hkdf.h"
#include "crypto/sha256.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kBodyPrefix = "chapar/body/v1\n";
constexpr std::string_view kViewPrefix = "chapar/view/v1\n";
constexpr std::string_view kKeyPrefix = "ke";
constexpr std::string_view kSaltPrefix = "salt";
constexpr std::size_t kStoredOverhead = 8 + WideNonce::kSize + kTagBytes;

Bytes index_bytes(EntryIndex index) { return LayoutWriter().u64(index.value).take(); }

Secret32 body_key(const Secret32& bucket_key, ByteView index) {
    return hmac_sha256(bucket_key.expose(), {view(kKeyPrefix), index});
}

ViewTag tag_of(const Secret32& mac) {
    return ViewTag::from(mac.expose().first(ViewTag::kSize)).value_or(ViewTag{});
}

}  // namespace

Hash body_commit(const BodySalt& salt, ByteView body) {
    return sha256({view(kBodyPrefix), salt.view(), body});
}

BodySalt body_salt(const Secret32& bucket_key, EntryIndex index) {
    const Secret32 salt = hmac_sha256(bucket_key.expose(), {view(kSaltPrefix), index_bytes(index)});
    return BodySalt::from(salt.expose()).value_or(BodySalt{});
}

Bytes seal_body(const Secret32& bucket_key, EntryIndex key_entry, EntryIndex index,
                const WideNonce& nonce, ByteView body) {
    const Bytes aad = index_bytes(index);
    LayoutWriter out;
    out.u64(key_entry.value).raw(nonce.view());
    return out.raw(xchacha_seal(body_key(bucket_key, aad), nonce, aad, body)).take();
}

Result<Bytes> open_body(const Secret32& bucket_key, EntryIndex index, ByteView stored) {
    if (stored.size() < kStoredOverhead) return Error(Errc::OpenFailed, "body");
    LayoutReader in(stored);
    in.u64();
    const auto nonce = in.fixed<WideNonce>();
    const Bytes aad = index_bytes(index);
    const SecretBuffer body =
        CHAPAR_TRY(xchacha_open(body_key(bucket_key, aad), nonce, aad, in.raw(in.remaining())));
    return to_bytes(body.expose());
}

Result<EntryIndex> key_entry_of(ByteView stored) {
    if (stored.size() < kStoredOverhead) return Error(Errc::MalformedLayout, "stored body");
    return EntryIndex(LayoutReader(stored).u64());
}

Hash origin_hash(std::string_view origin) { return sha256(view(origin)); }

ViewTag view_tag(const Secret32& tag_key, const Hash& origin, EntryIndex index) {
    return tag_of(
        hmac_sha256(tag_key.expose(), {view(kViewPrefix), origin.view(), index_bytes(index)}));
}

ViewTag pad_tag(const Secret32& pad_key, EntryIndex index) {
    return tag_of(hmac_sha256(pad_key.expose(), {index_bytes(index)}));
}

}  // namespace chapar::crypto
