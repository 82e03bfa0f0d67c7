// The fields of a kind as a tree, for whoever asks for them or shows them.
//
// Owns: the trees, made from the schema at the first use; they live as long as the program. Each
// node is a field as JSON knows it: fields of a `$flat` struct stand in the object around it, Bools
// that only say whether a number is given do not appear. Knows nothing of Cap'n Proto, of values
// only whether one keeps the rule of its own field. Any thread. Source: rules.capnp.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/header.h"
#include "schemas/kinds/field_notes.h"
#include "schemas/kinds/labels.h"

namespace chapar::schemas {

enum class FieldType : std::uint8_t { Text, Number, Flag, Degrees, Bytes, Object, List };

struct FieldNode {
    std::string name;  // JSON: "quantity", "text.language"; "" for the element of a list
    std::string on;    // the struct that it stands in: "Goods"
    std::string of;    // an Object's own struct: "Quantity"
    FieldType type = FieldType::Text;
    FieldNotes notes;
    ShortForm short_form = ShortForm::None;  // of an Object
    std::uint64_t widest = 0;                // of a Number
    std::uint64_t most = 0;                  // elements of a List
    std::vector<FieldNode> parts;            // of an Object; the one element of a List

    // Whether its own object is wrong without it, and nothing stands for it.
    [[nodiscard]] bool must() const { return notes.must && notes.otherwise.empty(); }
    // A list of codes that are its only values; null if there is none.
    [[nodiscard]] const CodeFile* codes() const { return find_codes(notes.code); }
    // A list of usual values.
    [[nodiscard]] const CodeFile* suggestions() const { return find_codes(notes.suggested); }
    [[nodiscard]] const FieldNode* part(std::string_view part_name) const;
    [[nodiscard]] std::string label(Language language) const {
        return field_label(on, name, language);
    }
};

// The root has neither name nor notes. REQUIRES: a kind of sealed content.
[[nodiscard]] const FieldNode& field_tree(Kind kind);

// Whether a value may stand in a field that is neither an Object nor a List, by the rule of the
// field alone. Empty if so; else what is allowed, in words.
[[nodiscard]] std::optional<std::string> value_fault(const FieldNode& node,
                                                     const boost::json::value& value);

}  // namespace chapar::schemas
