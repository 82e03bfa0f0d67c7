// The words of a scenario line, and what single words mean.
//
// Owns: splitting and reading. Does not know any verb (scenario.cpp). A word that means nothing
// fails the test.
#pragma once

#include <doctest/doctest.h>

#include <cctype>
#include <sstream>
#include <string>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/policy_record.h"
#include "schemas/header.h"
#include "schemas/kinds.h"

namespace chapar::testing {

using Words = std::vector<std::string>;

inline Words split(const std::string& text, char separator) {
    Words out;
    std::istringstream in(text);
    for (std::string word; std::getline(in, word, separator);) {
        if (!word.empty()) out.push_back(word);
    }
    return out;
}

inline DurationMs duration(const std::string& text) {
    const std::uint64_t n = std::stoull(text);
    switch (text.back()) {
        case 'd':
            return kDay * n;
        case 'h':
            return kHour * n;
        default:
            return kMinute * n;
    }
}

template <typename Enum>
Enum code_named(const std::string& text) {
    std::size_t number = 0;
    for (std::string_view name : schemas::CodeTexts<Enum>::kTexts) {
        std::string lower(name);
        for (char& c : lower) c = static_cast<char>(std::tolower(c));
        if (lower == text) return static_cast<Enum>(number);
        ++number;
    }
    FAIL("no such code: ", text);
    return {};
}

inline schemas::Kind kind_named(const std::string& text) {
    const auto* info = schemas::find_kind(std::string_view(text));
    REQUIRE_MESSAGE(info != nullptr, "no such kind: ", text);
    return info->kind;
}

// One office_role bit.
inline std::uint16_t role_named(const std::string& text) {
    if (text == "liaison") return crypto::office_role::kLiaison;
    if (text == "auditor") return crypto::office_role::kAuditor;
    if (text == "supervisor") return crypto::office_role::kSupervisor;
    if (text == "prosecutor") return crypto::office_role::kProsecutor;
    FAIL("no such role: ", text);
    return 0;
}

inline OfficeId office_named(const std::string& name) { return OfficeId::parse(name).value(); }

inline crypto::PolicyParty party(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos) return {crypto::PartyKind::Office, text};
    const auto kind =
        text.starts_with("agency") ? crypto::PartyKind::Agency : crypto::PartyKind::Country;
    return {kind, text.substr(colon + 1)};
}

// The words of one line, taken one after another; options by their name.
class Line {
  public:
    explicit Line(Words words) : words_(std::move(words)) {}
    std::string take() {
        REQUIRE_MESSAGE(at_ < words_.size(), "the line is too short");
        return words_[at_++];
    }
    void skip(const std::string& word) { CHECK(take() == word); }
    [[nodiscard]] bool at_end() const { return at_ == words_.size(); }
    // Takes `word` if it is next.
    bool accept(const std::string& word) {
        if (at_end() || words_[at_] != word) return false;
        ++at_;
        return true;
    }

  private:
    Words words_;
    std::size_t at_ = 0;
};

}  // namespace chapar::testing
