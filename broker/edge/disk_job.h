// What a job of the disk worker answers when it throws: memory ran out, or a defect.
//
// Owns: that an exception ends its job and not the process, and that the job is answered all the
// same: whoever asked waits for it, and what the job took (shares, places) is given back by its
// answer. Does not know what the answer is; its caller gives it. Any thread.
#pragma once

#include <exception>
#include <utility>

namespace chapar::broker {

// What `job` returns, or what `failed` returns if it throws.
template <typename Job, typename Failed>
[[nodiscard]] auto answer_of(Job&& job, Failed&& failed) -> decltype(job()) {
    try {
        return std::forward<Job>(job)();
    } catch (const std::exception&) {
        return std::forward<Failed>(failed)();
    }
}

}  // namespace chapar::broker
