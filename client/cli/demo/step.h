// One step of the demo: what it did, what it judged, and whether that held.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <string>

namespace chapar::client {

class Step {
  public:
    explicit Step(std::string name) : name_(std::move(name)) {}

    // A demand of this step; the first that does not hold is named in the output.
    void demand(bool condition, const std::string& what) {
        if (condition) return;
        ok_ = false;
        if (failure_.empty()) failure_ = what;
    }
    template <typename Value>
    void note(std::string_view key, Value&& value) {
        details_[key] = boost::json::value_from(std::forward<Value>(value));
    }
    // What happened, in one line for a person.
    void say(std::string sentence) { sentence_ = std::move(sentence); }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] const std::string& failure() const { return failure_; }
    [[nodiscard]] const std::string& sentence() const { return sentence_; }
    [[nodiscard]] const boost::json::object& details() const { return details_; }

  private:
    std::string name_;
    bool ok_ = true;
    std::string failure_;
    std::string sentence_;
    boost::json::object details_;
};

}  // namespace chapar::client
