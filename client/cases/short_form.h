// The short form of a seizure alert and of what came before the general one: fewer brackets for who
// types on a phone, and files that are there already.
//
// Owns: `substance`, `quantity`, `purity`, `more_goods` for `goods`; `mode` and `conveyances` of
// one for `conveyance`; `calendar` beside a person's `birth`. Only read, never written. Does not
// check values. Pure. Source: client/cases/README.md, "Short form".
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "schemas/header.h"
#include "schemas/kinds/kind_problem.h"

namespace chapar::client {

struct LongForm {
    boost::json::object fields;                   // as kinds/kind_json.h reads them
    std::optional<schemas::KindProblem> problem;  // what the short form itself cannot say
    bool short_goods = false;
    bool short_conveyance = false;
    bool mode_outside = false;  // `mode` stands beside `conveyances`, not in it

    // A path of the long form as its author wrote it: "goods[0].quantity" -> "quantity".
    [[nodiscard]] std::string shortened(const std::string& path) const;
};

[[nodiscard]] LongForm long_form(schemas::Kind kind, const boost::json::object& fields);

}  // namespace chapar::client
