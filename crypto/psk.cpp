#include "crypto/psk.h"

#include "crypto/hkdf.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {

Secret32 next_psk(const Secret32& previous, PskId next) {
    using namespace std::string_view_literals;
    const Secret32 prk = hkdf_extract({}, {previous.expose()});
    const Bytes name = LayoutWriter().u64(next.value).take();
    return hkdf_expand32(prk.expose(), {view("chapar/1 psk\0"sv), name});
}

}  // namespace chapar::crypto
