#include "crypto/tlog_proof.h"

#include "crypto/base64.h"
#include "crypto/text_form.h"
#include "crypto/tree.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kMaxPath = 64;

Status parse_path(std::string_view& rest, std::vector<Hash>& path) {
    while (true) {
        const std::optional<std::string_view> line = take_line(rest);
        if (!line) return Error(Errc::ProofInvalid, "path");
        if (line->empty()) return Done{};
        const std::optional<Hash> node = parse_base64_value<Hash>(*line);
        if (!node || path.size() == kMaxPath) return Error(Errc::ProofInvalid, "path");
        path.push_back(*node);
    }
}

}  // namespace

std::string TlogProof::text() const {
    std::string out(kFirstLine);
    out += "\n";
    if (!extra.empty()) {
        out += kExtra;
        out += to_base64(extra) + "\n";
    }
    out += kIndex;
    out += std::to_string(index.value) + "\n";
    for (const Hash& node : path) out += to_base64(node.view()) + "\n";
    return out + "\n" + checkpoint;
}

Result<TlogProof> TlogProof::parse(std::string_view text) {
    TlogProof out;
    if (take_line(text) != kFirstLine) return Error(Errc::ProofInvalid, "first line");
    std::optional<std::string_view> line = take_line(text);
    if (line && line->starts_with(kExtra)) {
        std::optional<Bytes> extra = from_base64(line->substr(kExtra.size()));
        if (!extra || extra->empty()) return Error(Errc::ProofInvalid, "extra");
        out.extra = std::move(*extra);
        line = take_line(text);
    }
    if (!line || !line->starts_with(kIndex)) return Error(Errc::ProofInvalid, "index");
    const std::optional<std::uint64_t> index = parse_decimal(line->substr(kIndex.size()));
    if (!index) return Error(Errc::ProofInvalid, "index");
    out.index = EntryIndex(*index);
    CHAPAR_TRY(parse_path(text, out.path));
    out.checkpoint = std::string(text);
    return out;
}

Result<Checkpoint> check_tlog_proof(const TlogProof& proof, ByteView leaf,
                                    const NoteVerifier& log) {
    Checkpoint checkpoint = CHAPAR_TRY(open_checkpoint(proof.checkpoint, log));
    CHAPAR_TRY(check_inclusion(leaf_hash(leaf), proof.index.value, checkpoint.size.value,
                               proof.path, checkpoint.root));
    return checkpoint;
}

}  // namespace chapar::crypto
