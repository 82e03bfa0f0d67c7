#include "client/cli/terminal/passed_over.h"

#include "client/core/store_errors.h"

namespace chapar::client {

Status pass_over(const Output& output, const std::string& place, const Error& error) {
    // A damaged row is one text; the other errors of a store are of all of it.
    const bool is_one_text = error.code == Errc::StoreDamaged || !is_store_error(error.code);
    if (!is_one_text) return error;
    output.warning(place + " is passed over: its text cannot be read (" +
                   std::string(text_of(error.code).code) + ")");
    return Done{};
}

}  // namespace chapar::client
