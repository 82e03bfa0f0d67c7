#include "crypto/passphrase.h"

#include <unistd.h>

#include <algorithm>

#include "crypto/private_file.h"

namespace chapar::crypto {

Result<SecretBuffer> read_passphrase_line(int descriptor) {
    SecretBuffer out(kPassphraseBytes);
    std::size_t size = 0;
    while (size < kPassphraseBytes) {
        const ::ssize_t got = ::read(descriptor, out.expose_mutable().data() + size, 1);
        if (got < 0) return Error(Errc::FileFailed, "the passphrase could not be read");
        if (got == 0 || out.expose()[size] == std::byte{'\n'}) break;
        ++size;
    }
    out.truncate(size);
    if (size == 0) return Error(Errc::Usage, "the passphrase is empty");
    return out;
}

Result<SecretBuffer> read_passphrase_file(const std::filesystem::path& path) {
    SecretBuffer out = CHAPAR_TRY(read_private_file(path, kPassphraseBytes));
    const ByteView bytes = out.expose();
    const auto end = std::ranges::find(bytes, std::byte{'\n'});
    out.truncate(static_cast<std::size_t>(end - bytes.begin()));
    if (out.size() == 0) return Error(Errc::Usage, "the passphrase is empty");
    return out;
}

}  // namespace chapar::crypto
