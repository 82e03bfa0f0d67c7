// Whether a payload keeps the rules of its kind: those of single fields, by one walk over its
// schema, and those between fields (cross_rules.h).
//
// Owns: the walk. It reads received bytes, so nothing in them is believed: bounds before lists,
// forms before texts, and no word beyond those that the schema knows unless it is zero. Does not
// know the header: rules that need it are check_header()'s. Private to schemas/: its argument is
// Cap'n Proto's, and it throws what Cap'n Proto throws (guarded() catches it). Source: rules.capnp.
#pragma once

#include <capnp/dynamic.h>

#include <optional>
#include <vector>

#include "schemas/content.h"
#include "schemas/kinds/kind_problem.h"

namespace chapar::schemas {

// The first thing that is wrong, in the order of the schema. Without a manifest (a draft whose
// attachments are not chosen yet) the rules that need one are passed over. Warnings are added where
// given.
[[nodiscard]] std::optional<KindProblem> check_kind(const capnp::DynamicStruct::Reader& payload,
                                                    const Manifest* manifest,
                                                    std::vector<KindWarning>* warnings = nullptr);

// The rules that compare with the header: its links, its times, its class.
[[nodiscard]] std::optional<KindProblem> check_header(const capnp::DynamicStruct::Reader& payload,
                                                      const Manifest& manifest,
                                                      const Header& header);

// Whether an identifiable person stands in it: the header must then say personalData.
[[nodiscard]] bool names_persons(const capnp::DynamicStruct::Reader& payload);

}  // namespace chapar::schemas
