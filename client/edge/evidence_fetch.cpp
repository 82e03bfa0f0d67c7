#include "client/edge/evidence_fetch.h"

#include <utility>

#include "client/core/hello.h"
#include "schemas/frames_codec.h"

namespace chapar::client {
namespace {

constexpr DurationMs kPatience{10000};

class Exchange {
  public:
    Exchange(Transport& transport, const Clock& clock) : transport_(transport), clock_(clock) {}

    [[nodiscard]] Status send(const schemas::Frame& frame) {
        return transport_.send(schemas::encode_frame(frame));
    }

    // The next frame of this type; this session grants no credit, so nothing else may come.
    template <typename Wanted>
    [[nodiscard]] Result<Wanted> answer() {
        const Deadline deadline(clock_, kPatience);
        while (!deadline.passed()) {
            const auto bytes = CHAPAR_TRY(transport_.receive(deadline.left()));
            if (!bytes) continue;
            schemas::Frame frame = CHAPAR_TRY(schemas::decode_frame(*bytes));
            if (const auto* error = std::get_if<schemas::ErrorFrame>(&frame)) {
                return Error(errc_of(error->code).value_or(Errc::Internal), error->context);
            }
            if (auto* wanted = std::get_if<Wanted>(&frame)) return std::move(*wanted);
            return Error(Errc::MalformedFrame, "an answer that was not asked for");
        }
        return Error(Errc::Unreachable, "no answer in time");
    }

  private:
    Transport& transport_;
    const Clock& clock_;
};

Result<schemas::Head> greet(Exchange& exchange, const Device& device, const std::string& note) {
    CHAPAR_TRY(exchange.send(schemas::Connect{}));
    const auto challenge = CHAPAR_TRY(exchange.answer<schemas::Challenge>());
    CHAPAR_TRY(exchange.send(hello_of(device, challenge.challenge, note)));
    return CHAPAR_TRY(exchange.answer<schemas::Welcome>()).head;
}

}  // namespace

Result<EvidenceDirectory> fetch_evidence_directory(Transport& transport, const Device& device,
                                                   const Clock& clock, const std::string& note) {
    Exchange exchange(transport, clock);
    auto directory = CHAPAR_TRY(EvidenceDirectory::begin(device.card.log(), note));
    const schemas::Head welcome = CHAPAR_TRY(greet(exchange, device, note));
    CHAPAR_TRY(directory.add_head(welcome));
    EntryIndex next(0);
    for (bool done = false; !done;) {
        CHAPAR_TRY(exchange.send(schemas::DirectoryAsk{next}));
        const auto page = CHAPAR_TRY(exchange.answer<schemas::Directory>());
        CHAPAR_TRY(directory.add_head(page.head));
        CHAPAR_TRY(directory.add_entries(page.entries));
        // A broker that answers without going on would keep this loop for ever.
        if (!page.done && page.next <= next) return Error(Errc::MalformedFrame, "DIRECTORY");
        next = page.next;
        done = page.done;
    }
    return directory;
}

}  // namespace chapar::client
