// Takes hostile fields out of Cap'n Proto readers, each with its bounds.
//
// Owns: the first complaint. After one, later reads yield empty values, so that a decoder reads
// straight on and asks once, at its end. Private to schemas/. Everything is copied: nothing borrows
// from the message. Throws what Cap'n Proto throws (guarded() catches it).
#pragma once

#include <capnp/list.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/limits.h"
#include "schemas/codes.h"
#include "schemas/text_check.h"
#include "schemas/wire_message.h"

namespace chapar::schemas {

class WireReading {
  public:
    void fail(std::string_view place) {
        if (place_.empty()) place_ = place;
    }
    void demand(bool holds, std::string_view place) {
        if (!holds) fail(place);
    }
    [[nodiscard]] bool ok() const { return place_.empty(); }
    [[nodiscard]] const std::string& place() const { return place_; }

    [[nodiscard]] Bytes bytes(capnp::Data::Reader data, std::size_t least, std::size_t most,
                              std::string_view place);
    [[nodiscard]] std::string text(capnp::Text::Reader text, std::size_t most, TextForm form,
                                   std::string_view place);
    [[nodiscard]] std::string line(capnp::Text::Reader text, std::string_view place) {
        return this->text(text, limits::kTextBytes, TextForm::Line, place);
    }
    [[nodiscard]] TimeMs time(std::uint64_t value, std::string_view place);
    // The list's size, 0 after a complaint: a refused list is not walked.
    [[nodiscard]] unsigned count(unsigned size, std::size_t least, std::size_t most,
                                 std::string_view place);

    template <typename Fixed>
    [[nodiscard]] Fixed fixed(capnp::Data::Reader data, std::string_view place) {
        const std::optional<Fixed> value = Fixed::from(view_of(data));
        demand(value.has_value(), place);
        return value.value_or(Fixed{});
    }
    template <typename Fixed>
    [[nodiscard]] std::optional<Fixed> fixed_or_none(capnp::Data::Reader data,
                                                     std::string_view place) {
        if (data.size() == 0) return std::nullopt;
        return fixed<Fixed>(data, place);
    }
    template <typename Fixed>
    [[nodiscard]] std::vector<Fixed> fixed_list(capnp::List<capnp::Data>::Reader list,
                                                std::size_t most, std::string_view place) {
        std::vector<Fixed> out;
        const unsigned size = count(list.size(), 0, most, place);
        for (unsigned i = 0; i < size; ++i) out.push_back(fixed<Fixed>(list[i], place));
        return out;
    }
    template <typename NameType>
    [[nodiscard]] std::optional<NameType> name(capnp::Text::Reader text, std::string_view place) {
        Result<NameType> parsed = NameType::parse(view_of(text));
        demand(parsed.has_value(), place);
        if (!parsed) return std::nullopt;
        return std::move(parsed).value();
    }
    // A number from 0 on.
    template <CodeList Code>
    [[nodiscard]] Code number(std::uint64_t value, std::string_view place) {
        const std::optional<Code> code = code_numbered<Code>(value);
        demand(code.has_value(), place);
        return code.value_or(Code{});
    }
    // 0 = not given, then the list from 1 on; of an open one also what has no name here yet.
    template <CodeList Code>
    [[nodiscard]] std::optional<Code> code_or_none(std::uint8_t value, std::string_view place) {
        if (value == 0) return std::nullopt;
        if constexpr (OpenCode<Code>) {
            return static_cast<Code>(value - 1);
        } else {
            return number<Code>(value - 1U, place);
        }
    }
    template <CodeList Code>
    [[nodiscard]] Code code(std::uint8_t value, std::string_view place) {
        demand(value != 0, place);
        return code_or_none<Code>(value, place).value_or(Code{});
    }

  private:
    std::string place_;
};

}  // namespace chapar::schemas
