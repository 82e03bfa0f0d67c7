// Small files that a program finds on its disk after a crash, a restore or an attack: the head of a
// backup, the high-water file, leaf lists, what has been fetched, an epoch's secrets.
#include "broker/edge/body_leaves.h"
#include "broker/edge/high_water.h"
#include "client/edge/backup_header.h"
#include "client/edge/blob_part.h"
#include "crypto/bundle.h"
#include "crypto/tree.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/fake_random.h"
#include "tests/unit/schemas/samples.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

constexpr const char* kOrigin = "chapar.caricc/ledger/1";
constexpr std::uint64_t kStreamBytes = 70'000;  // as sealed

// Two chunks, and a root that their leaves have.
const std::vector<Hash>& leaves() {
    static const std::vector<Hash> out{filled<Hash>(1), filled<Hash>(2)};
    return out;
}
crypto::StreamCommitment commitment() {
    return {filled<Hash>(9), crypto::tree_root(leaves()), kStreamBytes};
}

void check_backup(ByteView bytes) {
    std::size_t used = 0;
    const auto header = client::BackupHeader::decode(bytes, used);
    if (!header) return check_refusal(header.error(), {Errc::BackupInvalid});
    CHAPAR_ASSERT(used <= bytes.size());
    CHAPAR_ASSERT(equal(header->encode(), bytes.first(used)));
}

void check_slot(ByteView bytes) {
    const auto slot = broker::decode_slot(kOrigin, bytes);
    if (!slot) return check_refusal(slot.error(), {Errc::HighWaterMissing});
    CHAPAR_ASSERT(equal(broker::encode_slot(kOrigin, *slot).value(), bytes));
}

void check_have(ByteView bytes) {
    const auto have = client::blob_part::decode_have(bytes, commitment());
    if (!have) return;
    CHAPAR_ASSERT(have->download.chunks() == leaves().size());
    CHAPAR_ASSERT(have->bitmap.size() == (leaves().size() + 7) / 8);
}

void check_secret(ByteView bytes) {
    const auto secret = crypto::EpochSecret::decode(bytes);
    if (!secret) return check_refusal(secret.error(), {Errc::MalformedLayout});
    CHAPAR_ASSERT(equal(secret->encode().expose(), bytes));
}

Bytes slot_file() {
    return broker::encode_slot(kOrigin, {7, {filled<Hash>(3), "chapar.caricc/ledger/1\n9\nAA\n"}})
        .value();
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    client::BackupHeader header;
    header.id = filled<client::BackupId>(1);
    header.home = filled<Home>(2);
    header.origin = kOrigin;
    header.made = TimeMs(1'795'264'496'789);
    header.size = TreeSize(900);
    header.root = filled<Hash>(3);
    header.note = "a note";
    header.holder = filled<PublicKey>(4);
    Bytes backup = header.encode();
    append(backup, view("what is sealed"));
    const broker::BodyLeaves list{filled<CertificateHash>(1), kStreamBytes, leaves()};
    const auto download = client::Download::create(commitment(), leaves());
    FakeRandom random(5);
    const auto secret = crypto::EpochSecret::generate(KeyId(3), 2, random);
    return {for_decoder(0, backup), for_decoder(1, slot_file()), for_decoder(2, list.encode()),
            for_decoder(3, client::blob_part::encode_have(download.value())),
            for_decoder(4, secret.encode().expose())};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView bytes = input_of(data, size).subspan(1);
    switch (data[0] % 5) {
        case 0:
            check_backup(bytes);
            break;
        case 1:
            check_slot(bytes);
            break;
        case 2:
            check_canonical<broker::BodyLeaves>(bytes,
                                                {Errc::MalformedLayout, Errc::VersionUnknown});
            break;
        case 3:
            check_have(bytes);
            break;
        default:
            check_secret(bytes);
    }
    return 0;
}
