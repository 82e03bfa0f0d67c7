// An honest device's machine: a person at work, over the real session, outbox and inbox.
//
// Owns: the process as the command line runs it (open the home and the store, connect, exchange,
// take mail, keep current, in the order of cli/device_context), the letters that its person writes,
// and what its person does with mail. Reports to the oracles what it holds after each turn. Does
// not know faults.
//
// Resource type; one thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "client/core/compose.h"
#include "client/edge/blob_store.h"
#include "client/edge/session.h"
#include "tests/sim/faulty_store.h"
#include "tests/sim/letter.h"
#include "tests/sim/line_transport.h"
#include "tests/sim/oracles.h"

namespace chapar::sim {

class ClientActor {
  public:
    struct Parts {
        Timeline& timeline;
        Network& network;
        Transcript& transcript;
        Oracles& oracles;
        const Founding& founding;
        const Plan& plan;
        Disk& disk;
        FaultyStore& store;
        std::size_t number = 0;  // in Founding::members()
        std::uint64_t seed = 0;
    };
    explicit ClientActor(const Parts& parts);

    void write(Letter letter) { letters_.push_back(std::move(letter)); }
    void start() { machine_.switch_on(); }
    void kill() { machine_.kill(); }
    void set_skew(std::int64_t ms) { skew_ = ms; }
    // Which broker's door it calls at, from its next session on.
    void set_door(unsigned door) { door_ = door; }
    // Its process stands still for so long, with its lines open.
    void stall(DurationMs duration) { stall_ = duration; }
    void heal() { healed_ = true; }

    [[nodiscard]] std::vector<client::OutboxItem> outbox() const;
    [[nodiscard]] std::vector<client::InboxItem> inbox() const;
    [[nodiscard]] bool knows_all_letters_sent() const;
    // Into the transcript, for whoever reads why a run did not finish.
    void note_outbox();

  private:
    class Clock final : public client::Clock {
      public:
        explicit Clock(const ClientActor& actor) : actor_(actor) {}
        [[nodiscard]] TimeMs now() const override { return actor_.clock_now(); }
        [[nodiscard]] DurationMs elapsed() const override { return actor_.machine_.up(); }
        [[nodiscard]] std::uint64_t boot() const override { return actor_.machine_.boots(); }

      private:
        const ClientActor& actor_;
    };
    // What one process has open.
    struct Open {
        client::DeviceHome home;
        std::unique_ptr<client::FileBlobStore> blobs;
        std::unique_ptr<LineTransport> transport;
        std::unique_ptr<client::Session> session;
    };

    [[nodiscard]] TimeMs clock_now() const;
    void process();
    [[nodiscard]] Status turn(Open& open);
    [[nodiscard]] Status connect(Open& open);
    void make_session(Open& open);
    [[nodiscard]] Status exchange(Open& open);
    [[nodiscard]] Status write_letters(Open& open);
    [[nodiscard]] Status seal_waiting(Open& open);
    [[nodiscard]] Status take_mail(Open& open);
    [[nodiscard]] Status read_mail(Open& open);
    // client_approvals.cpp
    [[nodiscard]] Status keep_letter(const Letter& letter, const client::Draft& draft,
                                     const client::Device& device);
    [[nodiscard]] Status answer_requests(Open& open);
    [[nodiscard]] Status answer_request(const client::Device& device,
                                        const client::InboxItem& request);
    // client_files.cpp
    [[nodiscard]] Status fetch_files(Open& open);
    [[nodiscard]] Result<bool> fetch_of(Open& open, const client::InboxItem& item);
    [[nodiscard]] static bool is_here(const Open& open, const client::InboxAttachment& attachment);
    [[nodiscard]] Result<Hash> digest_of(const Open& open, const client::InboxItem& item,
                                         const client::InboxAttachment& attachment);
    [[nodiscard]] Status tidy_blobs(Open& open);
    [[nodiscard]] Status look_at_alarms();
    [[nodiscard]] Status report_sealed();
    [[nodiscard]] Status report();
    void complain(const Error& error);
    void report_problems(const std::vector<Error>& alarms);
    [[nodiscard]] DurationMs idle();

    Parts parts_;
    Machine machine_;
    Clock clock_;
    testing::FakeRandom random_;
    std::int64_t skew_ = 0;
    unsigned door_ = 0;
    DurationMs stall_;
    bool healed_ = false;
    std::vector<Letter> letters_;
    std::set<MessageId> written_;               // by this process, or found written
    std::map<MessageId, Oracles::Said> texts_;  // of what was written, and of what repeats it
    std::set<EnvelopeHash> fetched_;            // all their files were read by this process
    LetterFiles files_;
};

}  // namespace chapar::sim
