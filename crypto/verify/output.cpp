#include "crypto/verify/output.h"

#include <unistd.h>

#include <cstdio>

#include "crypto/verify/capnp.h"

namespace verify {
namespace {

std::string json_string(const std::string& text) {
    std::string out = "\"";
    for (const char c : printable(text)) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else {
            out += c;
        }
    }
    return out + '"';
}

// Lines after the first are moved under it, so that no text can look like a line of this program.
std::string indented(const std::string& text) {
    std::string out;
    for (const char c : printable(text)) {
        out += c;
        if (c == '\n') out += "    | ";
    }
    return out;
}

void print_pair(Form form, const char* kind, const char* value_name, const std::string& name,
                const std::string& value) {
    if (form == Form::Json) {
        std::printf("{\"%s\":%s,\"%s\":%s}\n", kind, json_string(name).c_str(), value_name,
                    json_string(value).c_str());
    } else {
        std::printf("  %-24s %s\n", indented(name).c_str(), indented(value).c_str());
    }
}

void print_json(const Verdict& v) {
    std::printf("{\"rule\":%s,\"ok\":%s,\"sentence\":%s", json_string(v.rule).c_str(),
                v.ok ? "true" : "false", json_string(v.sentence).c_str());
    if (!v.expected.empty()) {
        std::printf(",\"expected\":%s,\"found\":%s", json_string(v.expected).c_str(),
                    json_string(v.found).c_str());
    }
    std::puts("}");
}

}  // namespace

int print(const std::vector<Verdict>& verdicts, Form form) {
    int failed = 0;
    for (const Verdict& v : verdicts) {
        failed += v.ok ? 0 : 1;
        if (form == Form::Json) {
            print_json(v);
            continue;
        }
        std::printf("%-4s %-21s %s\n", v.ok ? "ok" : "FAIL", v.rule.c_str(),
                    indented(v.sentence).c_str());
        if (v.expected.empty()) continue;
        std::printf("       expected %s\n       found    %s\n", indented(v.expected).c_str(),
                    indented(v.found).c_str());
    }
    return failed;
}

int conclude(std::size_t rules, int failed, Form form) {
    if (form == Form::Json) {
        std::printf("{\"rule\":\"verdict\",\"ok\":%s,\"sentence\":\"%zu rules, %d failed\"}\n",
                    failed == 0 ? "true" : "false", rules, failed);
    } else {
        std::printf("%s: %zu rules, %d failed\n", failed == 0 ? "verified" : "NOT VERIFIED", rules,
                    failed);
    }
    return failed == 0 ? kDone : kFailed;
}

int judge(const std::vector<Verdict>& verdicts, Form form) {
    return conclude(verdicts.size(), print(verdicts, form), form);
}

void print_facts(const std::vector<Fact>& facts, Form form) {
    for (const auto& [name, value] : facts) print_pair(form, "fact", "value", name, value);
}

void print_content(const std::vector<ContentLine>& content, Form form) {
    if (form == Form::Text && !content.empty()) std::puts("text:");
    for (const auto& [field, value] : content) print_pair(form, "field", "text", field, value);
}

void print_not_proven(const std::vector<std::string>& sentences, Form form) {
    if (form == Form::Text && !sentences.empty()) std::puts("not proven:");
    for (const std::string& sentence : sentences) {
        if (form == Form::Text) {
            std::printf("  %s\n", indented(sentence).c_str());
        } else {
            std::printf("{\"not_proven\":%s}\n", json_string(sentence).c_str());
        }
    }
}

Progress::Progress(Form form) : shown_(form == Form::Text && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::show(std::uint64_t done, std::uint64_t all) {
    constexpr std::uint64_t kCells = 30;
    if (!shown_ || all == 0) return;
    const std::uint64_t permille = done >= all ? 1000 : done * 1000 / all;
    if (permille == permille_) return;
    permille_ = permille;
    drawn_ = true;
    const auto filled = static_cast<std::size_t>(permille * kCells / 1000);
    const std::string bar = std::string(filled, '#') + std::string(kCells - filled, ' ');
    std::fprintf(stderr, "\rverifying [%s] %3u %%  %llu of %llu entries", bar.c_str(),
                 static_cast<unsigned>(permille / 10), static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(all));
}

}  // namespace verify
