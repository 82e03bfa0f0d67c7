#include "client/cli/terminal/passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>

#include "crypto/passphrase.h"

namespace chapar::client {
namespace {

// Switches the terminal's echo off for as long as it lives.
class Silence {
  public:
    explicit Silence(int terminal) : terminal_(terminal) {
        good_ = ::tcgetattr(terminal_, &before_) == 0;
        ::termios silent = before_;
        silent.c_lflag &= ~static_cast<::tcflag_t>(ECHO);
        if (good_) ::tcsetattr(terminal_, TCSAFLUSH, &silent);
    }
    ~Silence() {
        if (good_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

  private:
    int terminal_;
    bool good_ = false;
    ::termios before_{};
};

Result<crypto::SecretBuffer> ask(int terminal, std::string_view question) {
    const auto say = [&](std::string_view text) {
        return ::write(terminal, text.data(), text.size()) >= 0;
    };
    if (!say(question)) return Error(Errc::FileFailed, "the terminal");
    const Silence silence(terminal);
    auto line = crypto::read_passphrase_line(terminal);
    say("\n");
    return line;
}

Result<crypto::SecretBuffer> prompt(PassphraseUse use) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (terminal < 0) {
        return Error(Errc::Usage, "no terminal: give --passphrase-fd N or CHAPAR_PASSPHRASE_FILE");
    }
    auto first = ask(terminal, "Passphrase: ");
    if (first && use == PassphraseUse::Choose) {
        const auto second = ask(terminal, "The same again: ");
        if (!second || !crypto::equal_in_constant_time(first->expose(), second->expose())) {
            first = Error(Errc::Usage, "the two passphrases differ");
        }
    }
    ::close(terminal);
    return first;
}

}  // namespace

Result<crypto::SecretBuffer> read_passphrase(std::optional<int> descriptor, PassphraseUse use) {
    if (descriptor) return crypto::read_passphrase_line(*descriptor);
    if (const char* path = std::getenv("CHAPAR_PASSPHRASE_FILE"))
        return crypto::read_passphrase_file(path);
    return prompt(use);
}

Result<crypto::SecretBuffer> read_new_passphrase(std::optional<int> descriptor) {
    if (descriptor) return crypto::read_passphrase_line(*descriptor);
    return prompt(PassphraseUse::Choose);
}

}  // namespace chapar::client
