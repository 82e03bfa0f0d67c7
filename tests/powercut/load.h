// A day of a broker, recorded: real chapard under recorder.cpp, two devices that talk to it, and
// what they were told.
//
// Owns: the founded directory as it stood before the first start, the trace with its marks, and the
// attachments. Two lives: the first is killed, the second ends by itself. Does not know images.
// Resource type. REQUIRES: crypto::start() has run.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schemas/base/ids.h"
#include "tests/powercut/disk_model.h"
#include "tests/powercut/trace.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/broker_edge/centre.h"

namespace chapar::powercut {

// One thing that somebody was told, and may rely on: exactly one of them is set.
struct Told {
    struct Entry {
        EntryIndex index;
        Hash leaf;
    };
    struct Body {
        Hash root;
        std::uint64_t size = 0;
    };
    std::optional<Entry> entry;
    std::optional<TreeSize> head;
    std::optional<Body> body;

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Told decode(ByteView bytes);
};

class Load {
  public:
    // `rounds` of envelopes, deliveries and confirmations, divided between the two lives.
    Load(const std::string& chapard, const std::string& recorder, unsigned rounds);

    // As it stood before chapard was first started.
    [[nodiscard]] const DiskModel& disk() const { return disk_; }
    // As the second life left it.
    [[nodiscard]] const std::filesystem::path& directory() const { return centre_.directory(); }
    [[nodiscard]] const std::vector<Event>& events() const { return events_; }
    // By root.
    [[nodiscard]] const std::map<Hash, Bytes>& attachments() const { return attachments_; }

  private:
    class Life;
    testing::Centre centre_;
    testing::TemporaryDirectory beside_;
    std::filesystem::path trace_;
    DiskModel disk_;
    std::map<Hash, Bytes> attachments_;
    std::vector<Event> events_;
};

}  // namespace chapar::powercut
