#include "client/core/code_update.h"

#include <algorithm>
#include <map>

#include "crypto/note.h"
#include "crypto/sha256.h"
#include "schemas/base/hex.h"
#include "schemas/base/shown.h"

namespace chapar::client {
namespace {

constexpr std::string_view kFirstWord = "chapar-codes/1 ";
constexpr std::string_view kSuffix = ".csv";
constexpr std::size_t kHashDigits = 64;

Error manifest_fault(std::size_t line, const std::string& what) {
    return Error(Errc::MalformedLayout,
                 std::string(kCodesManifest) + ":" + std::to_string(line) + ": " + what);
}

struct ManifestLine {
    Hash hash;
    std::size_t line = 0;
};

struct ManifestText {
    std::string dated;
    std::map<std::string, ManifestLine> files;  // by name
};

Result<ManifestText> read_manifest(std::string_view text) {
    ManifestText out;
    std::size_t number = 0;
    std::string last;
    while (!text.empty()) {
        ++number;
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (number == 1) {
            if (!line.starts_with(kFirstWord))
                return manifest_fault(1, "not 'chapar-codes/1 DATE'");
            out.dated = line.substr(kFirstWord.size());
            continue;
        }
        const auto bytes = from_hex(line.substr(0, std::min(kHashDigits, line.size())));
        const auto hash = bytes ? Hash::from(*bytes) : std::nullopt;
        const bool spaced = line.size() > kHashDigits + 2 && line.substr(kHashDigits, 2) == "  ";
        if (!hash || !spaced) return manifest_fault(number, "not 'SHA-256  NAME.csv'");
        std::string name(line.substr(kHashDigits + 2));
        if (name <= last) return manifest_fault(number, "names do not ascend");
        last = name;
        out.files.emplace(std::move(name), ManifestLine{*hash, number});
    }
    if (out.files.empty()) return manifest_fault(number, "it names no file");
    return out;
}

// The text of the note, if the centre root signed it.
Result<std::string> signed_text(std::string_view note, const SigningPublicKey& centre_root) {
    const auto key = CHAPAR_TRY(crypto::VerifyingKey::create(centre_root));
    const std::vector verifiers{
        CHAPAR_TRY(crypto::NoteVerifier::create(std::string(kCodesKeyName), key))};
    auto parsed = crypto::ParsedNote::parse(note);
    if (!parsed) {
        return Error(Errc::CertificateNotSigned, std::string(kCodesManifest) + " is not signed");
    }
    const bool by_centre =
        std::ranges::any_of(parsed->signatures, [&](const crypto::NoteSignature& line) {
            return line.name == kCodesKeyName && line.key_id == verifiers.front().key_id();
        });
    if (!by_centre) {
        return Error(Errc::CertificateNotSigned, std::string(kCodesManifest) +
                                                     " is not signed by the centre root of the " +
                                                     "trust card");
    }
    auto opened = crypto::open_note(note, verifiers);
    if (!opened) return Error(Errc::SignatureInvalid, std::string(kCodesManifest));
    return std::move(opened->text);
}

Status check_files(const ManifestText& manifest, const std::vector<ArchiveFile>& files) {
    for (const ArchiveFile& file : files) {
        const auto named = manifest.files.find(file.name);
        if (named == manifest.files.end()) {
            return Error(Errc::MalformedLayout,
                         shown(file.name) + " is not named by " + std::string(kCodesManifest));
        }
        if (crypto::sha256(view(file.text)) != named->second.hash) {
            return Error(Errc::SignatureInvalid, file.name + " is not the file that " +
                                                     std::string(kCodesManifest) + ":" +
                                                     std::to_string(named->second.line) + " names");
        }
    }
    for (const auto& [name, line] : manifest.files) {
        if (std::ranges::find(files, name, &ArchiveFile::name) == files.end()) {
            return manifest_fault(line.line, shown(name) + " is missing");
        }
    }
    return Done{};
}

}  // namespace

std::string manifest_text(const schemas::CodeSet& set) {
    std::string out = std::string(kFirstWord) + std::string(set.dated()) + "\n";
    for (const schemas::CodeFile& list : set.files()) {
        const std::string& text = set.text(list.name);
        out += to_hex(crypto::sha256(view(text)).view()) + "  " + std::string(list.name) +
               std::string(kSuffix) + "\n";
    }
    return out;
}

Result<SignedCodes> sign_codes(schemas::CodeSet set, crypto::SigningKey key) {
    const auto signer =
        CHAPAR_TRY(crypto::NoteSigner::create(std::string(kCodesKeyName), std::move(key)));
    const std::string text = manifest_text(set);
    std::string note = CHAPAR_TRY(signer.sign(text));
    return SignedCodes{std::move(set), std::move(note), crypto::sha256(view(text))};
}

Result<std::vector<schemas::CodeText>> code_texts(std::vector<ArchiveFile> files) {
    std::vector<schemas::CodeText> out;
    for (ArchiveFile& file : files) {
        if (!file.name.ends_with(kSuffix)) {
            return Error(Errc::MalformedLayout, "not a list: " + shown(file.name));
        }
        out.push_back(
            {file.name.substr(0, file.name.size() - kSuffix.size()), std::move(file.text)});
    }
    return out;
}

Result<SignedCodes> open_codes(std::vector<ArchiveFile> files,
                               const SigningPublicKey& centre_root) {
    const auto found = std::ranges::find(files, kCodesManifest, &ArchiveFile::name);
    if (found == files.end()) {
        return Error(Errc::MalformedLayout, std::string(kCodesManifest) + " is missing");
    }
    std::string note = std::move(found->text);
    files.erase(found);
    const std::string text = CHAPAR_TRY(signed_text(note, centre_root));
    const ManifestText manifest = CHAPAR_TRY(read_manifest(text));
    CHAPAR_TRY(check_files(manifest, files));
    auto texts = CHAPAR_TRY(code_texts(std::move(files)));
    auto set = CHAPAR_TRY(schemas::CodeSet::parse(std::move(texts)));
    if (set.dated() != manifest.dated) {
        return manifest_fault(1, "it says " + shown(manifest.dated) + ", its newest list " +
                                     std::string(set.dated()));
    }
    return SignedCodes{std::move(set), std::move(note), crypto::sha256(view(text))};
}

std::vector<ArchiveFile> files_of(const SignedCodes& codes) {
    std::vector<ArchiveFile> out{{std::string(kCodesManifest), codes.note}};
    for (const schemas::CodeFile& list : codes.set.files()) {
        out.push_back({std::string(list.name) + std::string(kSuffix), codes.set.text(list.name)});
    }
    return out;
}

}  // namespace chapar::client
