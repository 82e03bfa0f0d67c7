// chapar-verify EXPORT --trust CARD [--json]: proves an export with nothing but libsodium.
#include <sodium.h>

#include <cstdio>
#include <cstring>

#include "crypto/verify/rules.h"

namespace {

constexpr int kDone = 0, kOther = 1, kUsage = 2, kFailed = 5;

int usage() {
    std::fputs(
        "usage: chapar-verify EXPORT --trust CARD [--json]\n"
        "  EXPORT  a ledger export (tar file or directory)\n"
        "  CARD    the trust card of the centre, from a source you trust\n"
        "exit: 0 every rule holds, 5 a rule fails, 2 usage\n",
        stderr);
    return kUsage;
}

std::string json_string(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        char escaped[8];
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
            out += escaped;
        } else {
            out += c;
        }
    }
    return out + '"';
}

int print(const std::vector<verify::Verdict>& verdicts, bool json) {
    int failed = 0;
    for (const verify::Verdict& v : verdicts) {
        failed += v.ok ? 0 : 1;
        if (json) {
            std::printf("{\"rule\":%s,\"ok\":%s,\"sentence\":%s}\n", json_string(v.rule).c_str(),
                        v.ok ? "true" : "false", json_string(v.sentence).c_str());
        } else {
            std::printf("%-4s %-21s %s\n", v.ok ? "ok" : "FAIL", v.rule.c_str(),
                        v.sentence.c_str());
        }
    }
    const char* verdict = failed == 0 ? "verified" : "NOT VERIFIED";
    if (json) {
        std::printf("{\"rule\":\"verdict\",\"ok\":%s,\"sentence\":\"%zu rules, %d failed\"}\n",
                    failed == 0 ? "true" : "false", verdicts.size(), failed);
    } else {
        std::printf("%s: %zu rules, %d failed\n", verdict, verdicts.size(), failed);
        std::puts("not proven: what sealed bodies say, and what was never submitted");
    }
    return failed == 0 ? kDone : kFailed;
}

}  // namespace

int main(int argc, char** argv) {
    std::string path, card_path;
    bool json = false;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--json") == 0) {
            json = true;
        } else if (std::strcmp(argv[i], "--trust") == 0 && i + 1 < argc) {
            card_path = argv[++i];
        } else if (argv[i][0] != '-' && path.empty()) {
            path = argv[i];
        } else {
            return usage();
        }
    }
    if (path.empty() || card_path.empty()) return usage();
    if (sodium_init() < 0) return kOther;

    std::string why;
    const auto card = verify::read_trust_card(card_path, why);
    if (!card) return print({{"trust.card", false, why}}, json);
    auto archive = verify::Archive::open(path, why);
    if (!archive) return print({{"archive.complete", false, why}}, json);
    return print(verify::verify_export(*archive, *card), json);
}
