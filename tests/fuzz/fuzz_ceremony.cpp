// The files that people carry to each other and the cards that begin all trust: one form each, and
// whoever reads them reads the same.
#include "broker/ceremony_parts.h"
#include "client/core/trust_card.h"
#include "client/edge/ceremony_file.h"
#include "crypto/verify/evidence.h"
#include "crypto/verify/trust_card.h"
#include "schemas/base/hex.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/memory_file.h"
#include "tests/unit/crypto_records/record_fixture.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

constexpr std::initializer_list<Errc> kPromised{Errc::MalformedLayout, Errc::TooLarge,
                                                Errc::SignatureInvalid, Errc::KeyInvalid,
                                                Errc::VersionUnknown};

// The operator's reading passes over what is not its business; what both read is the same.
void check_file(ByteView bytes) {
    const bool accepted = check_canonical<client::CeremonyFile>(bytes, kPromised);
    const auto parts = broker::CeremonyParts::decode(bytes);
    if (!parts) {
        check_refusal(parts.error(), {Errc::MalformedLayout, Errc::TooLarge});
        CHAPAR_ASSERT(!accepted);
    } else if (accepted) {
        const auto file = client::CeremonyFile::decode(bytes).value();
        CHAPAR_ASSERT(file.records == parts->records && file.context == parts->context);
        for (const auto& record : file.records) CHAPAR_ASSERT(!client::words_of(record).empty());
    }
}

void check_roots(ByteView bytes) {
    const auto roots = client::decode_agency_roots(bytes);
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const auto second = verify::parse_agency_roots({data, data + bytes.size()});
    if (!roots) return check_refusal(roots.error(), {Errc::MalformedLayout, Errc::KeyInvalid});
    CHAPAR_ASSERT(equal(client::encode_agency_roots(*roots), bytes));
    CHAPAR_ASSERT(second && second->agency == roots->agency.text());
}

void check_card(std::string_view text) {
    static MemoryFile file;
    std::string why;
    const auto second = verify::read_trust_card(file.write(view(text)), why);
    const auto card = client::TrustCard::parse(text);
    if (!card) {
        return check_refusal(
            card.error(),
            {Errc::JsonInvalid, Errc::FieldUnknown, Errc::FieldMissing, Errc::FieldInvalid,
             Errc::SignatureInvalid, Errc::TooLarge, Errc::MalformedLayout, Errc::VersionUnknown,
             Errc::KeyInvalid, Errc::NameInvalid, Errc::CertificateNotSigned});
    }
    const auto again = client::TrustCard::parse(card->json());
    CHAPAR_ASSERT(again && again->json() == card->json());
    // The verifier reads plain JSON only; what it reads of a good card is what the card says.
    if (!second) return;
    CHAPAR_ASSERT(second->origin == card->manifest().origin);
    CHAPAR_ASSERT(equal(std::as_bytes(std::span(second->home)), card->home().view()));
}

client::CeremonyFile whole_file(const RecordFixture& centre) {
    client::CeremonyFile file;
    file.records = {centre.by_registrars(crypto::RecordType::Device, centre.device(), 1),
                    centre.by_registrars(crypto::RecordType::Office, centre.office(), 1)};
    file.context = {centre.signers.registrars_record()};
    file.request =
        client::DeviceAsk{client::RequestPurpose::New,
                          {},
                          crypto::SignedRequest::make(centre.request(), centre.device_key)};
    file.roots = client::AgencyRoots::of(centre.agency());
    file.key = client::KeyCard::make(client::KeyRole::Root, "root-1", centre.signers.roots[0]);
    return file;
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    RecordFixture centre;
    const client::CeremonyFile whole = whole_file(centre);
    client::CeremonyFile records = whole;
    records.request.reset();
    records.roots.reset();
    records.key.reset();
    const auto manifest = crypto::sign_manifest(centre.manifest(), centre.centre_root);
    const auto card = client::TrustCard::create(manifest, "tcp://127.0.0.1:7000").value();
    return {for_decoder(0, whole.encode()),
            for_decoder(0, records.encode()),
            for_decoder(1, whole.request->encode()),
            for_decoder(2, whole.key->encode()),
            for_decoder(
                2, client::KeyCard::make_audit("audit", centre.centre_audit.public_key).encode()),
            for_decoder(3, client::encode_agency_roots(*whole.roots)),
            for_decoder(4, view(card.json())),
            for_decoder(5, whole.request->request.encode())};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView bytes = input_of(data, size).subspan(1);
    switch (data[0] % 6) {
        case 0:
            check_file(bytes);
            break;
        case 1:
            check_canonical<client::DeviceAsk>(bytes, kPromised);
            break;
        case 2:
            check_canonical<client::KeyCard>(bytes, kPromised);
            break;
        case 3:
            check_roots(bytes);
            break;
        case 4:
            check_card(text_of_input(data, size).substr(1));
            break;
        default:
            check_canonical<crypto::SignedRequest>(bytes, kPromised);
    }
    return 0;
}
