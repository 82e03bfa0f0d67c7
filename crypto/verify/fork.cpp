#include "crypto/verify/fork.h"

#include <charconv>

namespace verify {
namespace {

constexpr std::string_view kFirstLine = "chapar fork evidence v1\n";

bool take(std::string_view& rest, std::string_view text) {
    if (!rest.starts_with(text)) return false;
    rest.remove_prefix(text.size());
    return true;
}

std::optional<Bytes> take_note(std::string_view& rest) {
    if (!take(rest, "note ")) return std::nullopt;
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) return std::nullopt;
    const std::string_view digits = rest.substr(0, end);
    std::size_t size = 0;
    const auto [at, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (bad != std::errc() || std::to_string(size) != digits) return std::nullopt;
    rest.remove_prefix(end + 1);
    if (size > rest.size()) return std::nullopt;
    const Bytes note = bytes_of(rest.substr(0, size));
    rest.remove_prefix(size);
    return note;
}

}  // namespace

ForkReport verify_fork(const Bytes& file, const LogKey& trusted) {
    Judge form("fork.form"), log("fork.log"), signatures("fork.signatures"), proven("fork.proven");
    ForkReport out;
    const std::string text = text_of(file);
    std::string_view rest = text;
    std::optional<LogKey> named;
    std::vector<Checkpoint> heads;
    if (!take(rest, kFirstLine)) {
        form.fail("no fork evidence of version 1");
    } else {
        const std::size_t end = rest.find('\n');
        named = parse_vkey(rest.substr(0, end));
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
        form.demand(named.has_value() && take(rest, "\n"), "no key of a log on its second line");
    }
    log.compare(trusted.name + "+" + hex(trusted.id.data(), trusted.id.size()),
                named ? named->name + "+" + hex(named->id.data(), named->id.size()) : "no key");
    log.demand(named && named->name == trusted.name && named->key == trusted.key,
               "the notes are said to be of another log");
    for (int i = 0; i < 2 && form.ok(); ++i) {
        const auto note = take_note(rest);
        if (!note) {
            form.fail("a note is missing or cut");
            break;
        }
        std::string why;
        const auto head = open_checkpoint(*note, trusted, why);
        signatures.demand(head.has_value(), why);
        if (head) heads.push_back(*head);
        if (head) {
            out.facts.push_back(
                {"head " + std::to_string(i + 1),
                 "size " + std::to_string(head->size) + ", root " + hex(head->root)});
        }
    }
    form.demand(rest.empty(), "there is something behind the second note");
    const bool both = heads.size() == 2;
    proven.demand(both, "two signed heads are needed");
    if (both && heads[0].size != heads[1].size) {
        proven.fail("the heads are of different sizes: not proven by this file alone");
        out.not_proven.emplace_back(
            "that the larger tree does not continue the smaller: give an export of one of them "
            "with the other note (--note)");
    } else if (both) {
        proven.demand(heads[0].root != heads[1].root, "both heads say the same");
    }
    out.verdicts = {form.verdict("it is in its form"), log.verdict("it speaks of the trusted log"),
                    signatures.verdict("the log's key signed both heads"),
                    proven.verdict("two histories of one size were signed: the log is forked")};
    return out;
}

}  // namespace verify
