#include "tests/powercut/trace.h"

#include <cstring>

#include "schemas/base/assert.h"

namespace chapar::powercut {
namespace {

struct Head {
    std::uint32_t type = 0;
    std::uint32_t synced = 0;
    std::uint64_t inode = 0;
    std::uint64_t offset = 0;
    std::uint32_t path = 0;
    std::uint32_t to = 0;
    std::uint64_t data = 0;
};

}  // namespace

Bytes encode_event(const Event& event) {
    const Head head{static_cast<std::uint32_t>(event.type),
                    event.synced ? 1U : 0U,
                    event.inode,
                    event.offset,
                    static_cast<std::uint32_t>(event.path.size()),
                    static_cast<std::uint32_t>(event.to.size()),
                    event.data.size()};
    Bytes out(sizeof head);
    std::memcpy(out.data(), &head, sizeof head);
    append(out, view(event.path));
    append(out, view(event.to));
    append(out, event.data);
    return out;
}

std::vector<Event> decode_events(ByteView bytes) {
    std::vector<Event> events;
    while (bytes.size() >= sizeof(Head)) {
        Head head;
        std::memcpy(&head, bytes.data(), sizeof head);
        const std::uint64_t size = sizeof head + head.path + head.to + head.data;
        if (bytes.size() < size) break;
        bytes = bytes.subspan(sizeof head);
        Event event;
        event.type = static_cast<EventType>(head.type);
        event.synced = head.synced != 0;
        event.inode = head.inode;
        event.offset = head.offset;
        event.path = to_string(bytes.first(head.path));
        event.to = to_string(bytes.subspan(head.path, head.to));
        const ByteView data = bytes.subspan(head.path + head.to, head.data);
        event.data.assign(data.begin(), data.end());
        bytes = bytes.subspan(size - sizeof head);
        events.push_back(std::move(event));
    }
    return events;
}

}  // namespace chapar::powercut
