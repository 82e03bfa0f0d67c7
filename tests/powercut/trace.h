// What was done to the files of one directory, in order, as recorder.cpp noted it.
//
// Owns: the events and their bytes in a trace file. Does not know what they mean for a disk
// (disk_model.h). A trace is read on the machine that wrote it: its numbers are in its own order.
// Value types. Source: design reliability.md 3.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schemas/base/bytes.h"

namespace chapar::powercut {

enum class EventType : std::uint32_t {
    Mark = 1,       // `data`: what somebody was told; by the load
    Create,         // `path` became `inode`
    MakeDirectory,  // the same
    Write,          // `data` at `offset` of `inode`; `synced`: O_DSYNC
    Resize,         // `inode` has `offset` bytes
    Sync,           // of a file's content or a directory's names
    Rename,         // `path` to `to`
    Unlink,         // `path`
};

// Paths are relative to the recorded directory; "" is that directory itself.
struct Event {
    EventType type = EventType::Mark;
    bool synced = false;
    std::uint64_t inode = 0;
    std::uint64_t offset = 0;
    std::string path;
    std::string to;
    Bytes data;
};

// The event in one piece, so that one write() appends it whole.
[[nodiscard]] Bytes encode_event(const Event& event);
// REQUIRES: encoded events, whole but for the last one, which a killed process may have cut short.
[[nodiscard]] std::vector<Event> decode_events(ByteView bytes);

// In this process (recorder.cpp is linked in): events under `root` come to `events` until stop.
// `root` without symbolic links. One recording at a time; `events` outlives it.
void start_recording(const std::string& root, std::vector<Event>& events);
void stop_recording();

}  // namespace chapar::powercut
