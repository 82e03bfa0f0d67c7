// Which images of a disk are looked at, of all that a power cut may leave at one moment.
//
// Owns: the choice, from the pending changes alone: all there; none; each one missing; each one
// alone; every subset of at most kSubsets; every subset of the files that have some; the newest
// write torn at each sector, from both sides, with and without the others, and an append at some
// byte; kRandom random sets of sectors. Of more than kMany pending changes the newest are dropped
// or left alone one by one. Does not know files or what must hold.
// Pure. Source: design reliability.md 3.
#pragma once

#include <functional>

#include "tests/powercut/disk_model.h"

namespace chapar::powercut {

constexpr std::size_t kSubsets = 8;
constexpr std::size_t kMany = 96;
constexpr unsigned kRandom = 6;

// The same image may come more than once (DiskModel::identity).
void for_each_image(const DiskModel& model, std::uint64_t seed,
                    const std::function<void(const Choice&)>& visit);

}  // namespace chapar::powercut
