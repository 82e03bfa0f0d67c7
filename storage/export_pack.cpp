#include "storage/export_pack.h"

#include <fcntl.h>
#include <unistd.h>

#include <functional>

#include "crypto/sha256.h"
#include "schemas/base/hex.h"

namespace chapar::storage {
namespace {
namespace fs = std::filesystem;

using Use = std::function<Status(const std::string& name, ByteView bytes)>;

// Every member but SHA256SUMS, in the order of the archive.
Status for_each_member(const ExportStage& stage, const SegmentParts& parts, const Use& use) {
    for (const Member& member : parts.head) CHAPAR_TRY(use(member.name, member.bytes));
    Status status = Done{};
    const auto staged = [&](const std::string& name) {
        const auto bytes = stage.get(name);
        status = bytes ? use(name, *bytes) : Status(bytes.error());
        return static_cast<bool>(status);
    };
    const auto bundles = [&](const char* folder) {
        return for_each_bundle(parts.range, [&](std::uint64_t number, std::uint64_t width) {
            return staged(tile_name(folder, number, width));
        });
    };
    const bool all =
        for_each_tile(parts.range, [&](const TileRef& t) { return staged(t.name()); }) &&
        bundles("tile/entries") && bundles("body");
    if (!all) return status;
    for (const std::uint64_t size : parts.notes) {
        if (!staged("cp/" + std::to_string(size))) return status;
    }
    return Done{};
}

std::string sum_line(const std::string& name, ByteView bytes) {
    return to_hex(crypto::sha256(bytes).view()) + "  " + name + "\n";
}

// A file under another name until it is whole.
class NewFile {
  public:
    explicit NewFile(std::string path) : path_(std::move(path)), unnamed_(path_ + ".new") {
        file_ = ::open(unnamed_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    }
    ~NewFile() {
        if (file_ >= 0) ::close(file_);
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    Status write(ByteView bytes) {
        while (!bytes.empty()) {
            const ssize_t n = file_ < 0 ? -1 : ::write(file_, bytes.data(), bytes.size());
            if (n <= 0) return Error(Errc::FileFailed, path_);
            bytes = bytes.subspan(static_cast<std::size_t>(n));
        }
        return Done{};
    }
    Status name() {
        if (::fsync(file_) != 0 || ::rename(unnamed_.c_str(), path_.c_str()) != 0) {
            return Error(Errc::FileFailed, path_);
        }
        std::error_code error;
        return sync_folder(fs::absolute(path_, error).parent_path());
    }

  private:
    std::string path_;
    std::string unnamed_;
    int file_ = -1;
};

}  // namespace

Status pack_archive(const ExportStage& stage, const SegmentParts& parts, const std::string& path) {
    NewFile file(path);
    std::string sums;
    const auto put = [&](const std::string& name, ByteView bytes) -> Status {
        CHAPAR_TRY(file.write(tar_head(name, bytes.size())));
        CHAPAR_TRY(file.write(bytes));
        return file.write(Bytes(tar_filling(bytes.size())));
    };
    CHAPAR_TRY(for_each_member(stage, parts, [&](const std::string& name, ByteView bytes) {
        sums += sum_line(name, bytes);
        return put(name, bytes);
    }));
    CHAPAR_TRY(put("SHA256SUMS", view(sums)));
    CHAPAR_TRY(file.write(Bytes(kTarEnd)));
    return file.name();
}

Status complete_directory(const ExportStage& stage, const SegmentParts& parts) {
    for (const Member& member : parts.head) CHAPAR_TRY(stage.put(member.name, member.bytes));
    NewFile sums((stage.folder() / "SHA256SUMS").string());
    CHAPAR_TRY(for_each_member(stage, parts, [&](const std::string& name, ByteView bytes) {
        return sums.write(view(sum_line(name, bytes)));
    }));
    CHAPAR_TRY(sums.name());
    return sync_files(stage.folder());
}

}  // namespace chapar::storage
