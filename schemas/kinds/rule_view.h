// What a rule reads of a struct: values by their names in the schema, nothing where none is given.
//
// Owns: nothing; borrows the message. Private to schemas/kinds. A name that the schema does not
// have throws: a test runs every rule.
#pragma once

#include <capnp/dynamic.h>

#include <cstdint>
#include <string_view>

#include "schemas/base/bytes.h"
#include "schemas/wire_message.h"

namespace chapar::schemas {

// An empty list or text says as little as none, though its pointer is not null.
[[nodiscard]] inline bool is_given_value(const capnp::DynamicStruct::Reader& reader,
                                         capnp::StructSchema::Field field) {
    if (!reader.has(field, capnp::HasMode::NON_DEFAULT)) return false;
    const auto value = reader.get(field);
    switch (value.getType()) {
        case capnp::DynamicValue::TEXT:
            return value.as<capnp::Text>().size() != 0;
        case capnp::DynamicValue::DATA:
            return value.as<capnp::Data>().size() != 0;
        case capnp::DynamicValue::LIST:
            return value.as<capnp::DynamicList>().size() != 0;
        default:
            return true;
    }
}

class RuleView {
  public:
    explicit RuleView(const capnp::DynamicStruct::Reader& reader) : reader_(reader) {}

    [[nodiscard]] std::uint64_t number(const char* name) const {
        return reader_.get(name).as<std::uint64_t>();
    }
    [[nodiscard]] bool flag(const char* name) const { return reader_.get(name).as<bool>(); }
    [[nodiscard]] std::string_view text(const char* name) const {
        return view_of(reader_.get(name).as<capnp::Text>());
    }
    [[nodiscard]] ByteView data(const char* name) const {
        return view_of(reader_.get(name).as<capnp::Data>());
    }
    // Whether something is given: a text, data or a list that is not empty, a struct, a number
    // other than 0.
    [[nodiscard]] bool has(const char* name) const {
        return is_given_value(reader_, reader_.getSchema().getFieldByName(name));
    }
    [[nodiscard]] RuleView part(const char* name) const {
        return RuleView(reader_.get(name).as<capnp::DynamicStruct>());
    }
    [[nodiscard]] unsigned count(const char* name) const {
        return reader_.get(name).as<capnp::DynamicList>().size();
    }
    // Of a list of structs.
    [[nodiscard]] RuleView element(const char* name, unsigned place) const {
        return RuleView(
            reader_.get(name).as<capnp::DynamicList>()[place].as<capnp::DynamicStruct>());
    }
    [[nodiscard]] std::string_view text_element(const char* name, unsigned place) const {
        return view_of(reader_.get(name).as<capnp::DynamicList>()[place].as<capnp::Text>());
    }

  private:
    capnp::DynamicStruct::Reader reader_;
};

}  // namespace chapar::schemas
