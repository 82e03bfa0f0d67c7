#include "crypto/bundle.h"

#include "crypto/key_check.h"
#include "crypto/record_layout.h"
#include "crypto/secret_layout.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

constexpr std::uint16_t kMinKeepDays = 2;
constexpr std::uint16_t kMaxKeepDays = 30;
constexpr std::uint8_t kMaxKeysPerEpoch = 2;

Status check(const PrekeyBundle& bundle) {
    const Error malformed(Errc::MalformedLayout, "prekey bundle");
    if (bundle.sequence == 0 || bundle.epochs == 0 || bundle.epochs > limits::kBundleDays) {
        return malformed;
    }
    if (bundle.keep_days < kMinKeepDays || bundle.keep_days > kMaxKeepDays) return malformed;
    if (bundle.keys_per_epoch == 0 || bundle.keys_per_epoch > kMaxKeysPerEpoch) return malformed;
    if (bundle.first_epoch.value > UINT32_MAX - bundle.epochs) return malformed;
    return Done{};
}

}  // namespace

Bytes PrekeyBundle::encode() const {
    LayoutWriter out = begin_record();
    out.raw(certificate.view()).u32(sequence).raw(previous.view()).u32(first_epoch.value);
    out.u16(epochs).u16(keep_days).u8(keys_per_epoch);
    for (const PublicKey& key_bytes : keys) out.raw(key_bytes.view());
    return out.take();
}

Result<PrekeyBundle> PrekeyBundle::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "prekey bundle"));
    PrekeyBundle out;
    out.certificate = in.fixed<CertificateHash>();
    out.sequence = in.u32();
    out.previous = in.fixed<Hash>();
    out.first_epoch = EpochDay(in.u32());
    out.epochs = in.u16();
    out.keep_days = in.u16();
    out.keys_per_epoch = in.u8();
    CHAPAR_TRY(check(out));
    const std::size_t count = std::size_t{out.epochs} * out.keys_per_epoch;
    for (std::size_t i = 0; i < count && in.ok(); ++i) out.keys.push_back(in.fixed<PublicKey>());
    CHAPAR_TRY(in.finish("prekey bundle"));
    return out;
}

bool PrekeyBundle::covers(EpochDay day) const {
    return day >= first_epoch && day.value - first_epoch.value < epochs;
}

std::optional<PublicKey> PrekeyBundle::key(EpochDay day, std::size_t slot) const {
    if (!covers(day) || slot >= keys_per_epoch) return std::nullopt;
    return keys.at(std::size_t{day.value - first_epoch.value} * keys_per_epoch + slot);
}

EpochSecret EpochSecret::generate(KeyId id, std::uint8_t keys, Random& random) {
    std::vector<Secret32> secrets;
    for (std::uint8_t i = 0; i < keys; ++i) secrets.push_back(generate_key_pair(random).secret);
    return {id, std::move(secrets)};
}

const Secret32* EpochSecret::secret(std::size_t slot) const {
    return slot < secrets_.size() ? &secrets_[slot] : nullptr;
}

SecretBuffer EpochSecret::encode() const {
    SecretLayoutWriter out(8 + 1 + secrets_.size() * Secret32::kSize);
    out.number(id_.value, 8).number(secrets_.size(), 1);
    for (const Secret32& each : secrets_) out.raw(each.expose());
    return out.take();
}

Result<EpochSecret> EpochSecret::decode(ByteView bytes) {
    LayoutReader in(bytes);
    const KeyId id(in.u64());
    const std::size_t count = in.u8();
    std::vector<Secret32> secrets;
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        std::optional<Secret32> each = Secret32::from(in.raw(Secret32::kSize));
        if (each) secrets.push_back(std::move(*each));
    }
    CHAPAR_TRY(in.finish("epoch secret"));
    if (count > kMaxKeysPerEpoch) return Error(Errc::MalformedLayout, "epoch secret");
    return EpochSecret(id, std::move(secrets));
}

NewBundle make_bundle(const BundlePlan& plan, Random& random) {
    NewBundle out;
    out.bundle = {plan.certificate, plan.sequence,  plan.previous,       plan.first_epoch,
                  plan.epochs,      plan.keep_days, plan.keys_per_epoch, {}};
    CHAPAR_ASSERT(check(out.bundle).has_value());
    for (std::uint32_t i = 0; i < plan.epochs; ++i) {
        const KeyId id = key_id_of(plan.sequence, EpochDay(plan.first_epoch.value + i));
        EpochSecret secret = EpochSecret::generate(id, plan.keys_per_epoch, random);
        for (std::size_t slot = 0; slot < plan.keys_per_epoch; ++slot) {
            out.bundle.keys.push_back(x25519_public_key(*secret.secret(slot)));
        }
        out.secrets.push_back(std::move(secret));
    }
    return out;
}

Result<PrekeyBundle> open_bundle(const SignedRecord& record, const SigningPublicKey& device_key) {
    PrekeyBundle out = CHAPAR_TRY(decode_as<PrekeyBundle>(record, RecordType::Bundle));
    CHAPAR_TRY(check_signed_by(record, {&device_key, 1}, 1));
    for (const PublicKey& each : out.keys) CHAPAR_TRY(check_agreement_key(each));
    return out;
}

}  // namespace chapar::crypto
