#include "crypto/retention.h"

#include "crypto/record_layout.h"
#include "crypto/text_form.h"
#include "schemas/base/limits.h"
#include "schemas/base/shown.h"

namespace chapar::crypto {
namespace {

constexpr std::uint8_t kBucketTarget = 1;
constexpr std::uint8_t kRangeTarget = 2;

Error malformed(const char* what) { return Error(Errc::MalformedLayout, what); }

Result<std::string> read_text(LayoutReader& in) {
    std::string text = to_string(in.counted16());
    if (!is_record_text(text)) return malformed("record text");
    return text;
}

void write_bucket(LayoutWriter& out, const Bucket& bucket) {
    out.counted8(view(bucket.sender.text())).counted8(view(bucket.recipient.text()));
    out.u8(static_cast<std::uint8_t>(bucket.retention)).u32(bucket.month.value);
}

Result<Bucket> read_bucket(LayoutReader& in) {
    AgencyId sender = CHAPAR_TRY(read_name<AgencyId>(in));
    AgencyId recipient = CHAPAR_TRY(read_name<AgencyId>(in));
    const auto retention = retention_class_of(in.u8());
    const YearMonth month(in.u32());
    if (!retention) return malformed("retention class");
    if (!is_month(month)) return malformed("month");
    return Bucket{std::move(sender), std::move(recipient), *retention, month};
}

void write_target(LayoutWriter& out, const HoldTarget& target) {
    if (const auto* bucket = std::get_if<Bucket>(&target)) {
        out.u8(kBucketTarget);
        write_bucket(out, *bucket);
        return;
    }
    const auto& range = std::get<EntryRange>(target);
    out.u8(kRangeTarget).u64(range.from.value).u64(range.to.value);
}

Result<HoldTarget> read_target(LayoutReader& in) {
    const std::uint8_t what = in.u8();
    if (what == kBucketTarget) return HoldTarget(CHAPAR_TRY(read_bucket(in)));
    if (what != kRangeTarget) return malformed("hold target");
    const EntryIndex from(in.u64());
    const EntryIndex to(in.u64());
    if (from >= to) return malformed("hold range");
    return HoldTarget(EntryRange{from, to});
}

}  // namespace

bool is_record_text(std::string_view text) {
    if (text.empty() || text.size() > limits::kLegalBasisBytes) return false;
    const std::optional<std::u32string> characters = decode_utf8(text);
    return characters && std::ranges::none_of(*characters, is_hidden);
}

Bytes ShredRecord::encode() const {
    LayoutWriter out = begin_record();
    write_bucket(out, bucket);
    return out.counted16(view(basis)).take();
}

Result<ShredRecord> ShredRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "shred"));
    Bucket bucket = CHAPAR_TRY(read_bucket(in));
    std::string basis = CHAPAR_TRY(read_text(in));
    CHAPAR_TRY(in.finish("shred"));
    return ShredRecord{std::move(bucket), std::move(basis)};
}

Bytes HoldRecord::encode() const {
    LayoutWriter out = begin_record();
    out.counted8(view(agency.text())).u64(number).u8(static_cast<std::uint8_t>(action));
    write_target(out, target);
    return out.u64(released).counted16(view(reason)).take();
}

Result<HoldRecord> HoldRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "hold"));
    const AgencyId agency = CHAPAR_TRY(read_name<AgencyId>(in));
    const std::uint64_t number = in.u64();
    const std::uint8_t action = in.u8();
    const HoldTarget target = CHAPAR_TRY(read_target(in));
    const std::uint64_t released = in.u64();
    std::string reason = CHAPAR_TRY(read_text(in));
    CHAPAR_TRY(in.finish("hold"));
    if (number == 0 || action < 1 || action > 2) return malformed("hold");
    const bool release = action == static_cast<std::uint8_t>(HoldAction::Release);
    if (release ? released == 0 || released >= number : released != 0) return malformed("hold");
    return HoldRecord{agency, number,   static_cast<HoldAction>(action),
                      target, released, std::move(reason)};
}

Bytes PruneRecord::encode() const {
    LayoutWriter out = begin_record();
    out.u64(end.value).u64(before.value).raw(archive.view());
    return out.counted16(view(policy)).take();
}

Result<PruneRecord> PruneRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "prune"));
    const EntryIndex end(in.u64());
    const TimeMs before(in.u64());
    const auto archive = in.fixed<Hash>();
    std::string policy = CHAPAR_TRY(read_text(in));
    CHAPAR_TRY(in.finish("prune"));
    return PruneRecord{end, before, archive, std::move(policy)};
}

Result<ShredRecord> open_shred(const SignedRecord& record, const RegistrarsRecord& registrars) {
    auto out = CHAPAR_TRY(decode_as<ShredRecord>(record, RecordType::Shred));
    CHAPAR_TRY(check_signed_by_registrars(record, out.bucket.sender, registrars));
    return out;
}

Result<HoldRecord> open_hold(const SignedRecord& record, const RegistrarsRecord& registrars) {
    auto out = CHAPAR_TRY(decode_as<HoldRecord>(record, RecordType::Hold));
    CHAPAR_TRY(check_signed_by_registrars(record, out.agency, registrars));
    return out;
}

Result<PruneRecord> open_prune(const SignedRecord& record, const SigningPublicKey& centre_root) {
    auto out = CHAPAR_TRY(decode_as<PruneRecord>(record, RecordType::Prune));
    CHAPAR_TRY(check_signed_by(record, {&centre_root, 1}, 1));
    return out;
}

}  // namespace chapar::crypto
