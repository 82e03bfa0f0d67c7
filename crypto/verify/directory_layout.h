// Parts of records that directory*.cpp read alike. Inside only.
#pragma once

#include "crypto/verify/directory.h"

namespace verify {

inline Reader body_of(const Record& record) {
    Reader in(record.body);
    in.number(1);  // version, known to be 1
    return in;
}

inline Validity read_validity(Reader& in) {
    const std::uint64_t from = in.number(8);
    return {from, in.number(8)};
}

inline bool ordered(const Validity& v, std::uint64_t longest) {
    return v.from < v.to && v.to - v.from <= longest;
}

inline bool refuse(std::string& why, const std::string& sentence) {
    why = sentence;
    return false;
}

}  // namespace verify
