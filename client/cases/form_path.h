// Where a field stands in a message that is being written: "goods[0].quantity", "text.language".
//
// Owns: reading such paths against the tree of a kind (and that of the fields around a payload),
// and the values at them in a JSON object. Does not know what a person may answer. Pure.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/kinds/field_tree.h"

namespace chapar::client {

struct FieldPath {
    struct Step {
        const schemas::FieldNode* node = nullptr;  // of the field, or of the element
        std::string name;                          // "" for an element
        std::size_t index = 0;                     // of an element
    };
    std::string text;
    std::vector<Step> steps;  // at least one

    [[nodiscard]] const schemas::FieldNode& node() const { return *steps.back().node; }
    [[nodiscard]] bool is_element() const { return steps.back().name.empty(); }
    // "Goods 2 / Quantity": every step that has a name of its own.
    [[nodiscard]] std::string label(schemas::Language language) const;
};

// What stands around every payload and may be asked for: to, urgency, classification, ..
[[nodiscard]] const schemas::FieldNode& envelope_tree();

// Empty if the kind has no such field, or an element is beyond what its list may hold.
[[nodiscard]] std::optional<FieldPath> find_path(schemas::Kind kind, std::string_view text);

// The value under one name, which may have dots. Null if nothing stands there.
[[nodiscard]] const boost::json::value* value_named(const boost::json::object& object,
                                                    std::string_view name);
// The same at a path.
[[nodiscard]] const boost::json::value* value_at(const boost::json::object& message,
                                                 const FieldPath& path);
// Whether each element on the way is there, or the next of its list.
[[nodiscard]] bool has_place(const boost::json::object& message, const FieldPath& path);
// Makes the objects and lists around it. REQUIRES: has_place().
void put_value(boost::json::object& message, const FieldPath& path, boost::json::value value);
// With the objects around it that are empty then; what stands behind an element moves up.
void erase_value(boost::json::object& message, const FieldPath& path);

}  // namespace chapar::client
