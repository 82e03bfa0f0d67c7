// The steps of the demo, in order. Each acts through the programs, as their users would, and judges
// what they printed or left on disk; what a later step needs is kept in the story.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/cli/demo/cast.h"
#include "client/cli/demo/stage.h"
#include "client/cli/demo/step.h"
#include "client/cli/demo/witnesses.h"

namespace chapar::client {

// An envelope that some office sent, as its outbox showed it.
struct SentAlert {
    std::string home;
    std::uint64_t number = 0;
    std::string message;
    std::vector<std::string> offices;
};

struct Story {
    Stage& stage;
    std::vector<SentAlert> alerts;
    std::map<std::string, std::size_t> expected;  // envelopes that each office must hold
    std::size_t decisions_of_alert_rule = 0;      // permits that rest on TJ-DCA's rule for alerts
    std::set<std::string> seen_on_disk;           // ciphertexts found in the broker's directory
    std::optional<Witnesses> witnesses;           // running until the story ends
};

void broker_up(Story& story, Step& step);
void enrolled(Story& story, Step& step);
void alerts_delivered(Story& story, Step& step);
void request_answered(Story& story, Step& step);
void policy_refused(Story& story, Step& step);
void recalled(Story& story, Step& step);
void attachment_resumed(Story& story, Step& step);
void broker_killed_and_resumed(Story& story, Step& step);
void device_revoked(Story& story, Step& step);
void evidence_verified(Story& story, Step& step);
void witnessed(Story& story, Step& step);
void ledger_verified(Story& story, Step& step);
void replayed(Story& story, Step& step);
void agency_view_complete(Story& story, Step& step);
void tamper_detected(Story& story, Step& step);
void fork_detected(Story& story, Step& step);
void rollback_detected(Story& story, Step& step);
void blind_broker(Story& story, Step& step);

// Shared by the steps.

// Sends a file of seizures from an office and remembers what was logged.
void remember_sent(Story& story, std::string_view home, const Run& run);
// Every office but the auditor's takes what waits for it, side by side.
[[nodiscard]] std::map<std::string, Run> everyone_takes(Story& story);
// Envelopes in each inbox: how many, and how many different message ids.
struct InboxCount {
    std::size_t items = 0;
    std::size_t distinct = 0;
};
[[nodiscard]] std::map<std::string, InboxCount> count_inboxes(Story& story);
[[nodiscard]] std::string text_at(const boost::json::object& object, std::string_view key);
// The ciphertexts and message ids of what these homes sent, read from their stores.
struct SentBytes {
    std::vector<std::string> ciphertexts;
    std::vector<std::string> messages;
};
[[nodiscard]] SentBytes sent_bytes(const Story& story);
// Remembers which ciphertexts are in the broker's directory now: what has been delivered everywhere
// is no longer kept there. Called while envelopes wait.
void look_at_disk(Story& story);
// Those of the needles that occur in the files.
[[nodiscard]] std::set<std::string> found_in(const std::vector<std::filesystem::path>& files,
                                             const std::vector<std::string>& needles);
[[nodiscard]] std::string read_whole(const std::filesystem::path& file);
[[nodiscard]] std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

}  // namespace chapar::client
