#include "broker/edge/tap.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "schemas/base/layout.h"

namespace chapar::broker {

Result<Tap> Tap::create(const std::filesystem::path& path) {
    Tap tap;
    constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
    tap.file_ = FileDescriptor(open(path.c_str(), kFlags, 0600));
    tap.path_ = path;
    // The file may be older than this run, with another mode.
    if (!tap.file_ || fchmod(tap.file_.get(), S_IRUSR | S_IWUSR) != 0) {
        return Error(Errc::FileFailed, path.string() + ": " + std::strerror(errno));
    }
    return tap;
}

void Tap::record(TapDirection direction, ByteView frame) {
    if (!file_) return;
    LayoutWriter writer;
    writer.u8(static_cast<std::uint8_t>(direction)).counted32(frame);
    if (!write_all(file_.get(), writer.bytes(), path_)) file_ = FileDescriptor();
}

}  // namespace chapar::broker
