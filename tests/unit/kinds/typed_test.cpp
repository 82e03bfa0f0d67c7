// Payloads as types of their own, for every kind: what is read is what was said, and what is built
// keeps the rules.
#include <capnp/pretty-print.h>
#include <doctest/doctest.h>

#include "schemas/content_codec.h"
#include "schemas/kinds.h"
#include "schemas/kinds/annotations.h"
#include "schemas/kinds/kind_json.h"
#include "schemas/kinds/typed_payload.h"
#include "tests/support/results.h"
#include "tests/unit/kinds/each_kind.h"
#include "tests/unit/kinds/examples.h"

namespace chapar::testing {
namespace {

namespace wire = schemas::wire;

schemas::Payload payload_of(std::string_view kind) {
    const auto read = must(client::parse_messages(boost::json::serialize(example_of(kind))));
    return read.front().draft.payload;
}

// Everything that a reader can reach, as text.
template <typename Wire>
std::string text_of(const schemas::TypedReader<Wire>& reader) {
    const auto text = capnp::prettyPrint(*reader).flatten();
    return {text.begin(), text.size()};
}

void fill_consent(wire::CdConsent::Builder out) {
    out.setState("UZ");
    auto authority = out.initAuthority();
    authority.setName("Prosecutor of the city of Tashkent");
    authority.setCountry("UZ");
    authority.setReference("14-221");
    auto valid = out.initValid();
    valid.setFrom(1'795'000'000'000);
    valid.setUntil(1'795'000'000'000 + 72 * kHour.value);
    out.setItineraryVersion(1);
    out.initLegs(1).set(0, 2);
    auto contact = out.initContact();
    contact.setName("B. Karimov");
    contact.setPhone("+998 71 000 00 00");
}

}  // namespace

// Fails if a struct is read under another kind's number, or building loses or adds a word.
TEST_CASE("every kind is read as its own type, and built again as the same payload") {
    unsigned kinds = 0;
    for_each_kind([&kinds]<typename Wire>() {
        constexpr schemas::Kind kKind = schemas::KindOf<Wire>::value;
        const schemas::KindInfo* const info = schemas::find_kind(kKind);
        REQUIRE(info != nullptr);
        CAPTURE(info->name);
        CHECK(schemas::kind_number(capnp::Schema::from<Wire>()) ==
              static_cast<std::uint16_t>(kKind));
        const schemas::Payload written = payload_of(info->name);
        const auto reader = must(schemas::read<Wire>(written));
        const auto built = schemas::build<Wire>(
            [&reader](typename Wire::Builder out) { copy_fields(*reader, out); });
        REQUIRE(built.has_value());
        CHECK(*built == written);
        CHECK(text_of(must(schemas::read<Wire>(*built))) == text_of(reader));
        ++kinds;
    });
    CHECK(kinds == schemas::all_kinds().size());
    MESSAGE(kinds << " kinds read and built by type");
}

// Fails if the kind of a payload is not compared with the type that is asked for.
TEST_CASE("a payload of another kind is not read as this one") {
    const schemas::Payload consent = payload_of("cd-consent");
    CHECK(schemas::read<wire::CdConsent>(consent).has_value());
    CHECK(schemas::read<wire::CdRefusal>(consent).error() == Error(Errc::FieldInvalid, "kind"));
    CHECK(schemas::read<wire::Recall>(consent).error() == Error(Errc::FieldInvalid, "kind"));
}

// Fails if finish() does not run the rules of fields, or those between fields.
TEST_CASE("what is built keeps the rules of its kind, or is refused by the path of the field") {
    const auto changed = [](auto change) {
        return schemas::build<wire::CdConsent>([&change](wire::CdConsent::Builder out) {
            fill_consent(out);
            change(out);
        });
    };
    CHECK(changed([](auto) {}).has_value());
    CHECK(changed([](auto out) { out.setState("Uzbekistan"); }).error() ==
          Error(Errc::FieldInvalid, "state"));
    CHECK(changed([](auto out) { out.getValid().setUntil(1); }).error() ==
          Error(Errc::FieldInvalid, "valid.until"));
    CHECK(changed([](auto out) { out.getAuthority().setCountry("KZ"); }).error() ==
          Error(Errc::FieldInvalid, "authority.country"));
    CHECK(changed([](auto out) { out.disownContact(); }).error() ==
          Error(Errc::FieldMissing, "contact"));
    CHECK(changed([](auto out) { out.initLegs(99); }).error() == Error(Errc::FieldInvalid, "legs"));
    CHECK(changed([](auto out) { out.initLegs(0x2fff'ffff); }).error().code == Errc::FieldInvalid);
}

// Fails if what is empty stays a pointer: equal payloads would have different words.
TEST_CASE("what is built does not depend on how it was filled") {
    const auto plain = must(schemas::build<wire::CdConsent>(fill_consent));
    const auto wordy = must(schemas::build<wire::CdConsent>([](wire::CdConsent::Builder out) {
        out.initConditions(0);
        out.initRemarks().setNote("");
        fill_consent(out);
        out.initContact();
        out.disownRemarks();
        fill_consent(out);
        out.getContact().setRadio("");
    }));
    CHECK(std::get<schemas::WirePayload>(plain).words ==
          std::get<schemas::WirePayload>(wordy).words);
    CHECK(schemas::json_of_payload(plain).at("state") == "UZ");
}

// Fails if words are read before they were walked, or are not demanded to be canonical.
TEST_CASE("words that nobody checked are refused or wholly readable, whatever they are") {
    const auto good = std::get<schemas::WirePayload>(payload_of("cd-consent"));
    std::size_t readable = 0;
    for (std::size_t bit = 0; bit < good.words.size() * 8; ++bit) {
        schemas::WirePayload flipped = good;
        flipped.words[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        const auto read = schemas::read<wire::CdConsent>(flipped);
        if (!read) continue;
        for (int again = 0; again < 40; ++again) CHECK_FALSE(text_of(*read).empty());
        ++readable;
    }
    MESSAGE(readable << " of " << good.words.size() * 8 << " flipped bits are still readable");
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, good.words.size() - 8}) {
        schemas::WirePayload cut = good;
        cut.words.resize(size);
        CHECK(schemas::read<wire::CdConsent>(cut).error().code == Errc::MalformedLayout);
    }
    schemas::WirePayload longer = good;
    longer.words.resize(good.words.size() + 8);
    CHECK(schemas::read<wire::CdConsent>(longer).error().code == Errc::MalformedLayout);
}

}  // namespace chapar::testing
