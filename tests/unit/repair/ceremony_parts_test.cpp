#include <doctest/doctest.h>

#include "broker/ceremony_parts.h"
#include "crypto/manifest.h"
#include "schemas/base/layout.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"

namespace chapar::testing {
namespace {

crypto::SignedRecord record_of(crypto::RecordType type, const char* body) {
    FakeRandom random(3);
    crypto::SignedRecord out{type, to_bytes(view(body)), {}};
    out.sign(crypto::SigningKey::generate(random));
    return out;
}

}  // namespace

TEST_CASE("A draft is read back as it was written, and other parts are passed over") {
    const broker::CeremonyParts parts{{record_of(crypto::RecordType::Manifest, "manifest"),
                                       record_of(crypto::RecordType::Succession, "record")},
                                      {record_of(crypto::RecordType::Agency, "agency")}};
    Bytes bytes = parts.encode();
    auto back = must(broker::CeremonyParts::decode(bytes));
    CHECK(back.records == parts.records);
    CHECK(back.context == parts.context);

    bytes.at(18) = std::byte{4};  // number of parts
    append(bytes, LayoutWriter().u8(4).counted32(view("roots")).take());
    back = must(broker::CeremonyParts::decode(bytes));
    CHECK(back.records == parts.records);
}

// Fails if any of the checks of the form is taken out.
TEST_CASE("Any other form is refused") {
    const broker::CeremonyParts parts{{record_of(crypto::RecordType::Manifest, "manifest")},
                                      {record_of(crypto::RecordType::Agency, "agency")}};
    const Bytes good = parts.encode();
    for (std::size_t length = 0; length < good.size(); ++length) {
        CHECK_FALSE(broker::CeremonyParts::decode(ByteView(good).first(length)));
    }
    Bytes longer = good;
    longer.push_back(std::byte{0});
    CHECK_FALSE(broker::CeremonyParts::decode(longer));
    for (const int count : {0, 1, 3, 17}) {
        Bytes changed = good;
        changed.at(18) = static_cast<std::byte>(count);
        CHECK_FALSE(broker::CeremonyParts::decode(changed));
    }
    LayoutWriter swapped;
    swapped.raw(view("chapar ceremony 1\n")).u8(2);
    swapped.u8(2).counted32(parts.context.front().encode());
    swapped.u8(1).counted32(parts.records.front().encode());
    CHECK_FALSE(broker::CeremonyParts::decode(swapped.take()));
}

}  // namespace chapar::testing
