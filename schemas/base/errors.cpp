#include "schemas/base/errors.h"

#include <array>

namespace chapar {
namespace {

constexpr std::array kTexts{
#define CHAPAR_ERROR_TEXT(name, code, exit, sentence, unchanged, next) \
    ErrorText{code, ExitCode::exit, sentence, unchanged, next},
    CHAPAR_ERROR_CATALOGUE(CHAPAR_ERROR_TEXT)
#undef CHAPAR_ERROR_TEXT
};

}  // namespace

const ErrorText& text_of(Errc code) { return kTexts.at(static_cast<std::size_t>(code)); }

std::span<const ErrorText> all_errors() { return kTexts; }

std::optional<Errc> errc_of(std::string_view code) {
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
        if (kTexts.at(i).code == code) return static_cast<Errc>(i);
    }
    return std::nullopt;
}

}  // namespace chapar
