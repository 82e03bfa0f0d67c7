#include "crypto/record_keys.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "schemas/base/assert.h"
#include "schemas/base/bytes.h"

namespace chapar::crypto {
namespace {

class DiskSlotFile final : public SlotFile {
  public:
    explicit DiskSlotFile(std::filesystem::path path) : path_(std::move(path)) {}
    ~DiskSlotFile() override {
        if (number_ >= 0) ::close(number_);
    }

    Result<std::size_t> count() override {
        CHAPAR_TRY(open());
        return count_;
    }
    Result<Slot> read(SlotNumber number) override;
    Status write(SlotNumber number, const Slot& slot) override;
    Status grow(std::size_t slots) override;

  private:
    [[nodiscard]] Error failed(Errc code = Errc::FileFailed) const {
        return Error(code, path_.filename().string());
    }
    [[nodiscard]] Status open();
    [[nodiscard]] Status check();
    [[nodiscard]] Status sync_folder() const;

    std::filesystem::path path_;
    int number_ = -1;
    std::size_t count_ = 0;
};

::off_t place_of(SlotNumber number) { return static_cast<::off_t>(number.value * kSlotBytes); }

// Checked on the open file, so that it cannot be swapped between check and use.
Status DiskSlotFile::check() {
    struct stat status {};
    if (::fstat(number_, &status) != 0 || !S_ISREG(status.st_mode)) return failed();
    const bool open_to_others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    if (open_to_others || status.st_uid != ::geteuid()) return failed(Errc::KeystoreExposed);
    if (::flock(number_, LOCK_EX | LOCK_NB) != 0) {
        return failed(errno == EWOULDBLOCK ? Errc::StoreInUse : Errc::FileFailed);
    }
    // A last slot that growth left incomplete holds nothing yet.
    count_ = static_cast<std::size_t>(status.st_size) / kSlotBytes;
    return Done{};
}

Status DiskSlotFile::sync_folder() const {
    const std::filesystem::path parent = path_.parent_path();
    const int folder =
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return failed();
    const bool synced = ::fsync(folder) == 0;
    ::close(folder);
    if (!synced) return failed();
    return Done{};
}

Status DiskSlotFile::open() {
    if (number_ >= 0) return Done{};
    number_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (number_ < 0) return failed();
    Status usable = check();
    if (usable && count_ == 0) usable = sync_folder();
    if (!usable) {
        ::close(number_);
        number_ = -1;
    }
    return usable;
}

Result<Slot> DiskSlotFile::read(SlotNumber number) {
    CHAPAR_TRY(open());
    CHAPAR_ASSERT(number.value < count_);
    Slot slot{};
    if (::pread(number_, slot.data(), slot.size(), place_of(number)) !=
        static_cast<::ssize_t>(slot.size())) {
        return failed();
    }
    return slot;
}

Status DiskSlotFile::write(SlotNumber number, const Slot& slot) {
    CHAPAR_TRY(open());
    CHAPAR_ASSERT(number.value < count_);
    if (::pwrite(number_, slot.data(), slot.size(), place_of(number)) !=
            static_cast<::ssize_t>(slot.size()) ||
        ::fdatasync(number_) != 0) {
        return failed();
    }
    return Done{};
}

Status DiskSlotFile::grow(std::size_t slots) {
    CHAPAR_TRY(open());
    // Room is taken now, so that a full disk shows here and not when a key is overwritten.
    const int refused = ::posix_fallocate(number_, place_of(SlotNumber(count_)),
                                          static_cast<::off_t>(slots * kSlotBytes));
    if (refused != 0) return failed(refused == ENOSPC ? Errc::StoreFull : Errc::FileFailed);
    if (::fsync(number_) != 0) return failed();
    count_ += slots;
    return Done{};
}

}  // namespace

std::unique_ptr<SlotFile> slot_file(std::filesystem::path path) {
    return std::make_unique<DiskSlotFile>(std::move(path));
}

}  // namespace chapar::crypto
