#include "crypto/verify/trust_card.h"

#include <fstream>
#include <map>
#include <sstream>

namespace verify {
namespace {

// One flat JSON object whose values are strings or integers, without escapes: all that a card has.
class FlatObject {
  public:
    explicit FlatObject(std::string text) : text_(std::move(text)) {}

    bool parse() {
        if (!take('{')) return false;
        if (!take('}')) {
            do {
                std::string key, value;
                if (!string(key) || !take(':') || !scalar(value)) return false;
                if (!fields_.emplace(key, value).second) return false;
            } while (take(','));
            if (!take('}')) return false;
        }
        blanks();
        return at_ == text_.size();
    }

    std::string at(const std::string& key) const {
        const auto found = fields_.find(key);
        return found == fields_.end() ? "" : found->second;
    }

  private:
    void blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
    bool take(char c) {
        blanks();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool string(std::string& out) {
        if (!take('"')) return false;
        const std::size_t end = text_.find('"', at_);
        if (end == std::string::npos) return false;
        out = text_.substr(at_, end - at_);
        at_ = end + 1;
        for (std::size_t slash = out.find('\\'); slash != std::string::npos;
             slash = out.find('\\', slash + 1)) {
            if (out.compare(slash, 2, "\\/") != 0) return false;
            out.erase(slash, 1);
        }
        return true;
    }
    bool scalar(std::string& out) {
        blanks();
        if (at_ < text_.size() && text_[at_] == '"') return string(out);
        const std::size_t end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
        out = text_.substr(at_, end - at_);
        at_ = end;
        return !out.empty();
    }

    std::string text_;
    std::size_t at_ = 0;
    std::map<std::string, std::string> fields_;
};

}  // namespace

std::optional<TrustCard> read_trust_card(const std::string& path, std::string& why) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    FlatObject object(text.str());
    if (!file || !object.parse()) {
        why = path + " is not a trust card";
        return std::nullopt;
    }
    const auto home = from_hex(object.at("home"));
    const auto root = from_hex(object.at("centre_root"));
    TrustCard out{object.at("origin"), object.at("log_key"), home.value_or(Bytes{}),
                  root.value_or(Bytes{})};
    if (object.at("format") != "chapar-trust-card/1" || out.origin.empty() ||
        out.home.size() != 32 || out.centre_root.size() != 32) {
        why = path + " is not a trust card of format chapar-trust-card/1, or lacks a field";
        return std::nullopt;
    }
    return out;
}

}  // namespace verify
