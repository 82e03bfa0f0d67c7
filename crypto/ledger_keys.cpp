#include "crypto/ledger_keys.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "crypto/hpke.h"
#include "crypto/record_layout.h"
#include "crypto/transcript.h"

namespace chapar::crypto {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kInfo = "chapar/1 ledger key\0"sv;
constexpr std::size_t kMaxCopies = 3;
constexpr std::array<std::string_view, 4> kClassNames{"92-days", "366-days", "1827-days", "longer"};
constexpr std::uint64_t kLastDay = 2'932'896;  // 9999-12-31

Error malformed() { return Error(Errc::MalformedLayout, "ledger key"); }

std::string_view text_of(const std::optional<AgencyId>& agency) {
    return agency ? std::string_view(agency->text()) : std::string_view();
}

Result<LedgerKeyScope> read_scope(LayoutReader& in) {
    CHAPAR_TRY(read_version(in, "ledger key"));
    const std::uint8_t purpose = in.u8();
    const std::string first = to_string(in.counted8());
    const std::string second = to_string(in.counted8());
    const std::uint8_t number = in.u8();
    const auto retention = retention_class_of(number);
    const YearMonth month(in.u32());
    const bool is_bucket = purpose == static_cast<std::uint8_t>(LedgerKeyPurpose::Bucket);
    if (!in.ok() || (is_bucket ? !retention : number != 0)) return malformed();
    if (purpose == static_cast<std::uint8_t>(LedgerKeyPurpose::Pad)) {
        if (!first.empty() || !second.empty() || month.value != 0) return malformed();
        return LedgerKeyScope::pad();
    }
    Result<AgencyId> first_agency = AgencyId::parse(first);
    if (!first_agency || !is_month(month)) return malformed();
    if (purpose == static_cast<std::uint8_t>(LedgerKeyPurpose::Tag)) {
        if (!second.empty()) return malformed();
        return LedgerKeyScope::tag(*first_agency, month);
    }
    Result<AgencyId> second_agency = AgencyId::parse(second);
    if (!is_bucket || !second_agency) return malformed();
    return LedgerKeyScope::bucket(*first_agency, *second_agency, *retention, month);
}

Result<SealedKeyCopy> seal_copy(const Bytes& aad, const Secret32& secret, const PublicKey& reader,
                                Random& random) {
    const Secret32 ephemeral = Secret32::random(random);
    const HpkeParameters parameters{HpkeMode::Base, view(kInfo)};
    const HpkeSealed sealed =
        CHAPAR_TRY(hpke_seal(reader, parameters, aad, secret.expose(), ephemeral.expose()));
    const auto ciphertext = decltype(SealedKeyCopy::ciphertext)::from(sealed.ciphertext);
    CHAPAR_ASSERT(ciphertext.has_value());
    return SealedKeyCopy{reader, sealed.enc, *ciphertext};
}

}  // namespace

YearMonth month_of(TimeMs time) {
    const std::uint64_t day = std::min(time.value / kDay.value, kLastDay);
    const std::chrono::year_month_day date{
        std::chrono::sys_days{std::chrono::days{static_cast<int>(day)}}};
    const auto year = static_cast<std::uint32_t>(static_cast<int>(date.year()));
    return YearMonth(year * 100 + static_cast<std::uint32_t>(static_cast<unsigned>(date.month())));
}

bool is_month(YearMonth month) {
    const std::uint32_t in_year = month.value % 100;
    return month.value >= 197001 && month.value <= 999912 && in_year >= 1 && in_year <= 12;
}

TimeMs end_of(YearMonth month) {
    CHAPAR_ASSERT(is_month(month));
    const std::chrono::year_month at{std::chrono::year(static_cast<int>(month.value / 100)),
                                     std::chrono::month(month.value % 100)};
    const std::chrono::sys_days end{(at + std::chrono::months(1)) / 1};
    return TimeMs(static_cast<std::uint64_t>(end.time_since_epoch().count()) * kDay.value);
}

RetentionClass retention_class(TimeMs created, TimeMs retain_until) {
    const std::uint64_t kept =
        retain_until > created ? retain_until.value - created.value : std::uint64_t{0};
    for (const auto retention :
         {RetentionClass::Quarter, RetentionClass::Year, RetentionClass::FiveYears}) {
        if (kept <= longest_of(retention)->value) return retention;
    }
    return RetentionClass::Longer;
}

std::optional<DurationMs> longest_of(RetentionClass retention) {
    switch (retention) {
        case RetentionClass::Quarter:
            return kDay * 92;
        case RetentionClass::Year:
            return kDay * 366;
        case RetentionClass::FiveYears:
            return kDay * 1827;
        case RetentionClass::Longer:
            break;
    }
    return std::nullopt;
}

std::optional<RetentionClass> retention_class_of(std::uint8_t number) {
    if (number < 1 || number > static_cast<std::uint8_t>(RetentionClass::Longer)) {
        return std::nullopt;
    }
    return static_cast<RetentionClass>(number);
}

std::string_view text_of(RetentionClass retention) {
    return kClassNames.at(static_cast<std::size_t>(retention) - 1);
}

std::optional<RetentionClass> retention_class_named(std::string_view text) {
    const auto* const name = std::ranges::find(kClassNames, text);
    if (name == kClassNames.end()) return std::nullopt;
    return static_cast<RetentionClass>(name - kClassNames.begin() + 1);
}

LedgerKeyScope::LedgerKeyScope(LedgerKeyPurpose purpose, std::optional<AgencyId> first,
                               std::optional<AgencyId> second,
                               std::optional<RetentionClass> retention, YearMonth month)
    : purpose_(purpose),
      first_(std::move(first)),
      second_(std::move(second)),
      retention_(retention),
      month_(month) {}

LedgerKeyScope LedgerKeyScope::bucket(AgencyId sender, AgencyId recipient, RetentionClass retention,
                                      YearMonth month) {
    return {LedgerKeyPurpose::Bucket, std::move(sender), std::move(recipient), retention, month};
}

LedgerKeyScope LedgerKeyScope::tag(AgencyId agency, YearMonth month) {
    return {LedgerKeyPurpose::Tag, std::move(agency), std::nullopt, std::nullopt, month};
}

LedgerKeyScope LedgerKeyScope::pad() {
    return {LedgerKeyPurpose::Pad, std::nullopt, std::nullopt, std::nullopt, YearMonth(0)};
}

Bytes LedgerKeyScope::encode() const {
    LayoutWriter out = begin_record();
    out.u8(static_cast<std::uint8_t>(purpose_));
    out.counted8(view(text_of(first_))).counted8(view(text_of(second_)));
    out.u8(retention_ ? static_cast<std::uint8_t>(*retention_) : 0);
    return out.u32(month_.value).take();
}

Result<LedgerKeyScope> LedgerKeyScope::decode(ByteView bytes) {
    LayoutReader in(bytes);
    LedgerKeyScope scope = CHAPAR_TRY(read_scope(in));
    CHAPAR_TRY(in.finish("ledger key"));
    return scope;
}

BucketId LedgerKeyScope::name() const {
    return transcript_as<BucketId>(Label::LedgerKey, {encode()});
}

Bytes LedgerKeyRecord::encode() const {
    LayoutWriter out;
    out.raw(scope.encode()).u8(static_cast<std::uint8_t>(copies.size()));
    for (const SealedKeyCopy& copy : copies) {
        out.raw(copy.reader.view()).raw(copy.enc.view()).raw(copy.ciphertext.view());
    }
    return out.take();
}

Result<LedgerKeyRecord> LedgerKeyRecord::decode(ByteView bytes) {
    LayoutReader in(bytes);
    LedgerKeyRecord out{CHAPAR_TRY(read_scope(in)), {}};
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const auto reader = in.fixed<PublicKey>();
        const auto enc = in.fixed<PublicKey>();
        const bool twice =
            std::ranges::find(out.copies, reader, &SealedKeyCopy::reader) != out.copies.end();
        if (in.ok() && twice) return malformed();
        out.copies.push_back({reader, enc, in.fixed<decltype(SealedKeyCopy::ciphertext)>()});
    }
    CHAPAR_TRY(in.finish("ledger key"));
    if (count == 0 || count > kMaxCopies) return malformed();
    return out;
}

Result<LedgerKeyRecord> seal_ledger_key(const LedgerKeyScope& scope, const Secret32& secret,
                                        std::span<const PublicKey> readers, Random& random) {
    CHAPAR_ASSERT(!readers.empty() && readers.size() <= kMaxCopies);
    const Bytes aad = scope.encode();
    LedgerKeyRecord out{scope, {}};
    for (const PublicKey& reader : readers) {
        const auto it = std::ranges::find(out.copies, reader, &SealedKeyCopy::reader);
        if (it != out.copies.end()) continue;
        out.copies.push_back(CHAPAR_TRY(seal_copy(aad, secret, reader, random)));
    }
    return out;
}

Result<Secret32> open_ledger_key(const LedgerKeyRecord& record, const Secret32& reader) {
    const PublicKey own = x25519_public_key(reader);
    const auto copy = std::ranges::find(record.copies, own, &SealedKeyCopy::reader);
    if (copy == record.copies.end()) return Error(Errc::OpenFailed, "ledger key");
    const Bytes aad = record.scope.encode();
    const HpkeParameters parameters{HpkeMode::Base, view(kInfo)};
    const SecretBuffer opened =
        CHAPAR_TRY(hpke_open(reader, copy->enc, parameters, aad, copy->ciphertext.view()));
    std::optional<Secret32> secret = Secret32::from(opened.expose());
    if (!secret) return Error(Errc::OpenFailed, "ledger key");
    return std::move(*secret);
}

LedgerKeys::Added LedgerKeys::add(const LedgerKeyScope& scope, Secret32 secret) {
    const auto [it, added] = secrets_.try_emplace(scope.name(), Entry{scope, std::move(secret)});
    return added ? Added::New : Added::Exists;
}

const Secret32* LedgerKeys::find(const BucketId& name) const {
    const auto it = secrets_.find(name);
    return it == secrets_.end() ? nullptr : &it->second.secret;
}

std::vector<LedgerKeyScope> LedgerKeys::scopes() const {
    std::vector<LedgerKeyScope> out;
    for (const auto& [name, entry] : secrets_) out.push_back(entry.scope);
    return out;
}

}  // namespace chapar::crypto
