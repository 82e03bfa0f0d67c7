#include "tests/bench/floors.h"

#include <fcntl.h>
#include <unistd.h>

#include <functional>

#include "broker/edge/files.h"
#include "crypto/sha256.h"
#include "crypto/sign.h"
#include "tests/bench/bench.h"
#include "tests/support/fake_random.h"

namespace chapar::bench {
namespace {

constexpr double kSeconds = 0.5;  // of each

double rate_of(const std::function<void()>& work) {
    const auto start = Clock::now();
    std::size_t done = 0;
    while (seconds_since(start) < kSeconds) {
        work();
        ++done;
    }
    return static_cast<double>(done) / seconds_since(start);
}

double verifications() {
    testing::FakeRandom random(1);
    const auto key = crypto::SigningKey::generate(random);
    const auto verifying = key.verifying_key();
    const Bytes text(110);  // as long as what heads a batch
    const Signature signature = key.sign(crypto::Label::Envelopes, text);
    return rate_of([&] { must(verifying.verify(crypto::Label::Envelopes, text, signature)); });
}

double hashes() {
    const Bytes text(4096);
    return rate_of([&] { (void)crypto::sha256({ByteView(text)}); });
}

double syncs(const std::filesystem::path& file, bool growing) {
    const broker::FileDescriptor open_file(open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    const Bytes page(4096, std::byte{1});
    off_t at = 0;
    const auto write_page = [&] {
        const bool written = pwrite(open_file.get(), page.data(), page.size(), at) ==
                                 static_cast<ssize_t>(page.size()) &&
                             fdatasync(open_file.get()) == 0;
        if (!written) must(Status(Error(Errc::FileFailed, file.string())));
        if (growing) at += static_cast<off_t>(page.size());
    };
    write_page();
    return rate_of(write_page);
}

}  // namespace

Floors measure_floors(const std::filesystem::path& folder) {
    return {verifications(), hashes(), syncs(folder / "floor.overwritten", false),
            syncs(folder / "floor.growing", true)};
}

}  // namespace chapar::bench
