// Letters that another office must approve first: asked for, read, answered.
#include <algorithm>

#include "client/core/approval.h"
#include "tests/sim/client_actor.h"

namespace chapar::sim {
namespace {

// One in six says no; to one letter always the same.
bool says_yes(const MessageId& target) {
    return std::to_integer<unsigned>(target.bytes.back()) % 6 != 0;
}

// Under which id the next answer goes; none while one is on its way. One that was refused (its
// author's clock was ahead, for instance) is written anew.
std::optional<MessageId> next_answer(const std::vector<client::OutboxItem>& outbox,
                                     const MessageId& target, const OfficeId& office) {
    MessageId id = answer_of(target, office);
    for (;;) {
        const auto found = std::ranges::find(outbox, id, &client::OutboxItem::message);
        if (found == outbox.end()) return id;
        if (found->stage != schemas::Stage::Refused) return std::nullopt;
        id = answer_of(id, office);
    }
}

}  // namespace

// As `send --needs-approval` keeps them: letter and request together.
Status ClientActor::keep_letter(const Letter& letter, const client::Draft& draft,
                                const client::Device& device) {
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    const auto numbers =
        CHAPAR_TRY(client::add_drafts(*txn, device, {&draft, 1}, clock_now(), random_));
    if (!letter.approvers.empty()) {
        client::Draft request = CHAPAR_TRY(client::request_approvals(
            *txn, device, numbers.front(), letter.approvers,
            static_cast<std::uint8_t>(letter.approvers.size()), "", clock_now()));
        request.options.message = request_of(letter.message);
        Oracles::Said said;
        for (const auto& file : request.attachments) said.files.push_back(file.digest);
        texts_[*request.options.message] = std::move(said);
        CHAPAR_TRY(client::add_drafts(*txn, device, {&request, 1}, clock_now(), random_));
    }
    return std::move(*txn).commit();
}

Status ClientActor::answer_requests(Open& open) {
    const auto device = open.home.device();
    for (const client::InboxItem& item : inbox()) {
        if (item.kind != schemas::Kind::ApprovalRequest) continue;
        if (item.state == client::InboxState::Opened ||
            item.state == client::InboxState::Acknowledged) {
            CHAPAR_TRY(answer_request(device, item));
        }
    }
    return Done{};
}

// As `approve` does.
Status ClientActor::answer_request(const client::Device& device, const client::InboxItem& request) {
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    const auto text = CHAPAR_TRY(client::inbox_text(*txn, device, request.number));
    const auto* asked = std::get_if<schemas::ApprovalRequest>(&text.content.payload);
    if (asked == nullptr || text.attachments.empty() || !text.attachments.front().text) {
        parts_.oracles.violated("a request for approval that cannot be read");
        return Done{};
    }
    const auto id = next_answer(outbox(), asked->target, device.office);
    if (!id) return Done{};
    const auto drafted =
        CHAPAR_TRY(client::read_drafted(request, text, *text.attachments.front().text));
    const bool yes = says_yes(asked->target);
    client::Draft answer = yes ? client::approve(device, request, drafted)
                               : client::refuse(request, asked->target, "no");
    answer.options.message = id;
    texts_[*answer.options.message] = {};
    CHAPAR_TRY(client::add_drafts(*txn, device, {&answer, 1}, clock_now(), random_));
    CHAPAR_TRY(client::mark_acknowledged(*txn, device, request.number, clock_now()));
    if (yes) parts_.oracles.approved(asked->target);
    CHAPAR_TRY(std::move(*txn).commit());
    machine_.note(yes ? "approves" : "refuses to approve");
    ++(yes ? parts_.oracles.exercised().approvals_given
           : parts_.oracles.exercised().approvals_refused);
    return Done{};
}

}  // namespace chapar::sim
