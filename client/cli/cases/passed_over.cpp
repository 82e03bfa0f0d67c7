#include "client/cli/cases/passed_over.h"

namespace chapar::client {

Status pass_over(const Output& output, const std::string& place, const Error& error) {
    switch (error.code) {
        case Errc::StoreFailed:
        case Errc::StoreFull:
        case Errc::StoreInUse:
            return error;
        default:
            break;
    }
    output.warning(place + " is passed over: its text cannot be read (" +
                   std::string(text_of(error.code).code) + ")");
    return Done{};
}

}  // namespace chapar::client
