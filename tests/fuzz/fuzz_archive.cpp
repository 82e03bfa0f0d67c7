// Export archives, by all that read them: the members in memory, the reader that goes entry by
// entry, and the verifier, which accepts nothing that the others refuse and whose verdict over a
// made-up archive ends without a fault.
#include <algorithm>

#include "crypto/verify/export.h"
#include "storage/ledger_export.h"
#include "storage/ledger_export_read.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/memory_file.h"
#include "tests/unit/verify/made_ledger.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

constexpr std::initializer_list<Errc> kIncomplete{Errc::ExportIncomplete};

// The same with the checksum of each head made right: else nothing that is changed is looked at.
Bytes with_checksums(ByteView bytes) {
    constexpr std::size_t kBlock = 512, kAt = 148, kSize = 8;
    Bytes out = to_bytes(bytes);
    for (std::size_t at = 0; at + kBlock <= out.size(); at += kBlock) {
        const std::span<std::byte> head(out.data() + at, kBlock);
        if (to_string(head.subspan(257, 5)) != "ustar") continue;
        std::fill_n(head.begin() + kAt, kSize, std::byte{' '});
        unsigned sum = 0;
        for (const std::byte b : head) sum += std::to_integer<unsigned>(b);
        for (std::size_t digit = 0; digit < kSize - 2; ++digit, sum >>= 3) {
            head[kAt + kSize - 3 - digit] = static_cast<std::byte>('0' + (sum & 7));
        }
    }
    return out;
}

// Whether it is an archive.
bool check_members(ByteView bytes) {
    const auto members = storage::decode_tar(bytes);
    if (!members) {
        check_refusal(members.error(), kIncomplete);
        return false;
    }
    const auto again = storage::decode_tar(storage::encode_tar(*members));
    const auto same = [](const storage::Member& a, const storage::Member& b) {
        return a.name == b.name && a.bytes == b.bytes;
    };
    CHAPAR_ASSERT(again && std::ranges::equal(*again, *members, same));
    const auto ledger = storage::export_of(*members);
    if (!ledger) {
        check_refusal(ledger.error(), kIncomplete);
    } else {
        CHAPAR_ASSERT(storage::export_of(storage::members_of(*ledger)).value() == *ledger);
    }
    return true;
}

void check_reader(const std::string& path) {
    constexpr std::uint64_t kMost = 64;
    const std::initializer_list<Errc> promised{Errc::ExportIncomplete, Errc::FileFailed,
                                               Errc::TooLarge};
    auto reader = storage::ExportReader::open(path);
    if (!reader) return check_refusal(reader.error(), promised);
    for (std::uint64_t i = 0; i < std::min(kMost, reader->end() - reader->start()); ++i) {
        const auto entry = reader->read(reader->start() + i);
        if (!entry) return check_refusal(entry.error(), promised);
    }
}

void check_verifier(const std::string& path, bool is_archive) {
    std::string why;
    auto archive = verify::Archive::open(path, why);
    CHAPAR_ASSERT(archive.has_value() || !why.empty());
    if (!archive) return;
    CHAPAR_ASSERT(is_archive);
    for (const std::string& name : archive->order()) {
        const auto bytes = archive->read(name);
        CHAPAR_ASSERT(bytes && bytes->size() <= verify::largest_member(name));
    }
    static const verify::TrustCard card = [] {
        MemoryFile file;
        std::string none;
        return verify::read_trust_card(file.write(view(MadeLedger().card())), none).value();
    }();
    verify::Questions questions;
    questions.archives = {path};
    const verify::Report report = verify::verify_export(card, questions, {});
    CHAPAR_ASSERT(!report.verdicts.empty());
}

void check_archive(ByteView bytes) {
    static MemoryFile file;
    const bool is_archive = check_members(bytes);
    const std::string& path = file.write(bytes);
    check_reader(path);
    check_verifier(path, is_archive);
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    const MadeLedger made;
    std::vector<Bytes> seeds;
    for (const std::uint64_t size : {1U, 3U, 9U}) {
        storage::LedgerExport ledger{
            made.manifest(), made.log().verifier().vkey(), made.checkpoint(size), {}};
        for (std::uint64_t i = 0; i < size; ++i) ledger.entries.push_back(made.entry(i));
        seeds.push_back(storage::encode_tar(storage::members_of(ledger)));
    }
    seeds.push_back(storage::encode_tar({{"a/b", to_bytes("text")}, {"c", {}}}));
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = input_of(data, size);
    check_archive(bytes);
    const Bytes mended = with_checksums(bytes);
    if (!equal(mended, bytes)) check_archive(mended);
    return 0;
}
