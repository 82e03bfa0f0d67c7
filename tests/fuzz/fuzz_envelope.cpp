// E, B and what travels with them: whatever is read has exactly one encoding, and the verifier's
// own reading of E and of an item agrees.
#include "crypto/batch.h"
#include "crypto/envelope.h"
#include "crypto/stanza.h"
#include "crypto/statement.h"
#include "crypto/verify/envelope.h"
#include "schemas/header_codec.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/schemas/samples.h"

using namespace chapar;
using namespace chapar::crypto;
using namespace chapar::testing;

namespace {

constexpr std::initializer_list<Errc> kLayout{Errc::MalformedLayout};

verify::Bytes plain(ByteView bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return {data, data + bytes.size()};
}

// The verifier reads the header too; without that the two accept the same.
void check_statement(ByteView bytes) {
    const bool accepted = check_canonical<EnvelopeStatement>(bytes, kLayout);
    const auto second = verify::parse_envelope(plain(bytes));
    CHAPAR_ASSERT(accepted || !second);
    if (!accepted) return;
    const EnvelopeStatement statement = EnvelopeStatement::decode(bytes).value();
    if (schemas::decode_header(statement.header)) CHAPAR_ASSERT(second);
    if (second) {
        CHAPAR_ASSERT(equal(envelope_hash(bytes).view(), std::as_bytes(std::span(second->hash))));
    }
}

void check_item_bytes(ByteView bytes) {
    const bool accepted = check_canonical<BatchItem>(bytes, kLayout);
    CHAPAR_ASSERT(accepted == verify::parse_item(plain(bytes)).has_value());
}

EnvelopeStatement statement_of(ByteView header, std::size_t streams, std::size_t approvals) {
    EnvelopeStatement out;
    out.header = to_bytes(header);
    for (std::size_t i = 0; i < streams; ++i) {
        out.streams.push_back({filled<Hash>(1), filled<Hash>(2), 65'536 + i});
    }
    for (std::size_t i = 0; i < approvals; ++i) {
        out.approvals.push_back({filled<CertificateHash>(static_cast<std::uint8_t>(i + 1)),
                                 filled<Hash>(9), filled<Signature>(7)});
    }
    out.stanza_count = 2;
    out.stanza_root = filled<Hash>(3);
    return out;
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    BatchItem item{
        {{filled<Home>(1), LedgerNumber(1), TreeSize(900), filled<Hash>(2)}, 5, filled<Hash>(3)},
        filled<Signature>(4),
        3,
        {filled<Hash>(5), filled<Hash>(6), filled<Hash>(7)}};
    StanzaLabel label;
    label.certificate = filled<CertificateHash>(8);
    Stanza device{label, filled<PublicKey>(1), counting_bytes(48)};
    Stanza audit = device;
    audit.label.type = StanzaType::Audit;
    audit.ciphertext = counting_bytes(96);
    DeliveryStatement delivered;
    delivered.envelope = filled<EnvelopeHash>(1);
    delivered.signer = filled<CertificateHash>(2);
    delivered.time = TimeMs(1'795'264'496'789);
    const Bytes full = schemas::encode_header(full_header());
    const Bytes small = schemas::encode_header(plain_header());
    return {for_decoder(0, statement_of(small, 1, 0).encode()),
            for_decoder(0, statement_of(full, 4, 3).encode()),
            for_decoder(1, item.head.encode()),
            for_decoder(2, item.encode()),
            for_decoder(3, device.encode()),
            for_decoder(3, audit.encode()),
            for_decoder(4, label.encode()),
            for_decoder(5, digest_of(device).encode()),
            for_decoder(6, delivered.encode())};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView bytes = input_of(data, size).subspan(1);
    switch (data[0] % 7) {
        case 0:
            check_statement(bytes);
            break;
        case 1:
            check_canonical<BatchHead>(bytes, kLayout);
            break;
        case 2:
            check_item_bytes(bytes);
            break;
        case 3:
            check_canonical<Stanza>(bytes, kLayout);
            break;
        case 4:
            check_canonical<StanzaLabel>(bytes, kLayout);
            break;
        case 5:
            check_canonical<StanzaDigest>(bytes, kLayout);
            break;
        default:
            check_canonical<DeliveryStatement>(bytes, kLayout);
    }
    return 0;
}
