#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/envelope.h"
#include "schemas/content_codec.h"
#include "schemas/header_codec.h"
#include "tests/unit/client/sender.h"

namespace chapar::testing {
namespace {

using schemas::Stage;

// TJ drafts an alert to UZ; AF is asked to approve it.
struct Approving {
    World world;
    Sender sender{world};
    client::OutboxNumber target = sender.add(world.tj, World::alert({"UZ-TMZ-BLO"}));

    client::OutboxNumber ask(client::OutboxNumber about, std::vector<OfficeId> whom,
                             std::uint8_t needed = 1) {
        const auto request = in_txn(*world.tj.store, [&](storage::Txn& txn) {
            return client::request_approvals(txn, world.device(world.tj), about, whom, needed,
                                             "please", world.now);
        });
        return sender.send(world.tj, request);
    }
    client::InboxText text_at(Post& post, client::InboxNumber number) {
        return reading(*post.store, [&](const storage::ReadTxn& txn) {
            return client::inbox_text(txn, world.device(post), number);
        });
    }
    client::InboxItem item_at(Post& post, client::InboxNumber number) {
        return reading(*post.store, [&](const storage::ReadTxn& txn) {
            return client::inbox_item(txn, number);
        });
    }
    Result<client::DraftedEnvelope> read(Post& post, client::InboxNumber number) {
        const auto text = text_at(post, number);
        return client::read_drafted(item_at(post, number), text,
                                    text.attachments.at(0).text.value());
    }
    client::ApprovalReport collect() {
        return in_txn(*world.tj.store, [&](storage::Txn& txn) {
            return client::collect_approvals(txn, world.device(world.tj), world.now);
        });
    }
    // `post` answers with this; what the sender's client makes of it.
    client::ApprovalReport answer(Post& post, const client::Draft& draft) {
        const auto number = sender.send(post, draft);
        sender.deliver(post, number, world.tj);
        return collect();
    }
    client::Draft approval_of(Post& post, client::InboxNumber request) {
        return client::approve(world.device(post), item_at(post, request),
                               must(read(post, request)));
    }
};

schemas::Approval& payload_of(client::Draft& draft) {
    return std::get<schemas::Approval>(draft.payload);
}

}  // namespace

// Fails if seal_drafts() takes a draft that waits, or if E is made over another header.
TEST_CASE("a draft that needs approval is sealed when it has come, with the header approved") {
    Approving a;
    const Hash before = crypto::context_hash(
        schemas::encode_header(a.sender.draft_of(a.world.tj, a.target).header));
    const auto request = a.ask(a.target, {a.world.af.office});
    CHECK(a.world.item_of(a.world.tj, a.target).stage == Stage::AwaitingApprovals);
    CHECK(error_of(a.sender.try_seal(a.world.tj, a.target)) == Errc::Conflict);

    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    const auto drafted = must(a.read(a.world.af, at_af));
    CHECK(drafted.audience == std::set{office("UZ-TMZ-BLO")});
    CHECK(std::get<schemas::SeizureAlert>(drafted.content.payload).agency == "TJ-DCA");

    const auto report = a.answer(a.world.af, a.approval_of(a.world.af, at_af));
    CHECK(report.complete == std::vector{a.target});
    CHECK(report.alarms.empty());
    must(a.sender.try_seal(a.world.tj, a.target));
    const auto statement =
        must(crypto::EnvelopeStatement::decode(a.world.bytes_of(a.world.tj, a.target).statement));
    REQUIRE(statement.approvals.size() == 1);
    CHECK(statement.approvals.front().approver == a.world.af.certificate);
    CHECK(crypto::context_hash(statement.header) == before);
    CHECK(crypto::check_approval(a.world.card().home(), before, statement.approvals.front(),
                                 a.world.af.key.verifying_key())
              .has_value());
    CHECK(a.collect().complete.empty());
}

// Fails if a message cannot be shown any more once a succession has begun the directory anew.
TEST_CASE("who approved a message is told by name, and by certificate where nobody knows it") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    a.answer(a.world.af, a.approval_of(a.world.af, at_af));
    must(a.sender.try_seal(a.world.tj, a.target));
    const auto at_uz = a.sender.deliver(a.world.tj, a.target, a.world.uz);
    const auto approvals = [&] {
        return reading(*a.world.uz.store, [&](const storage::ReadTxn& txn) {
            return client::inbox_approvals(txn, at_uz);
        });
    };
    const auto known = approvals();
    REQUIRE(known.size() == 1);
    REQUIRE(known.front().who.has_value());
    CHECK(known.front().who->office == a.world.af.office);
    in_txn(*a.world.uz.store, [&](storage::Txn& txn) -> Status {
        std::vector<Bytes> keys;
        const auto cursor = txn.cursor(client::tables::kDevices);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            keys.push_back(to_bytes(cursor->key()));
        }
        for (const Bytes& key : keys) CHAPAR_TRY(txn.erase(client::tables::kDevices, key));
        return Done{};
    });
    CHECK(approvals() == std::vector{client::InboxApproval{a.world.af.certificate, {}}});
}

// Fails if check_given() does not verify over this draft's own ctx.
TEST_CASE("an approval of another text is refused by the sender's own client") {
    Approving a;
    const auto other = a.sender.add(a.world.tj, World::alert({"UZ-TMZ-BLO"}));
    a.ask(a.target, {a.world.af.office});
    const auto about_other = a.ask(other, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, about_other, a.world.af);
    client::Draft moved = a.approval_of(a.world.af, at_af);
    payload_of(moved).target = a.world.item_of(a.world.tj, a.target).message;
    // The audience is made to fit: only the text differs.
    const auto draft = a.sender.draft_of(a.world.tj, a.target);
    payload_of(moved).audience = crypto::audience_hash(draft.blind, draft.audience());
    const auto report = a.answer(a.world.af, moved);
    CHECK(report.complete.empty());
    REQUIRE(report.alarms.size() == 1);
    CHECK(report.alarms.front().code == Errc::ApprovalSignature);
    CHECK(a.world.item_of(a.world.tj, a.target).stage == Stage::AwaitingApprovals);
    CHECK(a.collect().alarms.empty());  // said once
}

// Fails if check_given() takes the audience from the answer.
TEST_CASE("an approval for another audience is refused by the sender's own client") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    auto drafted = must(a.read(a.world.af, at_af));
    drafted.audience.insert(office("AF-SKB-BLO"));
    const auto report = a.answer(
        a.world.af,
        client::approve(a.world.device(a.world.af), a.item_at(a.world.af, at_af), drafted));
    REQUIRE(report.alarms.size() == 1);
    CHECK(report.alarms.front().code == Errc::ApprovalAudience);
    CHECK(report.complete.empty());
}

// Fails if seal_one() trusts what stands in the outbox.
TEST_CASE("an approval that was put into the outbox by hand is refused when it is sealed") {
    Approving a;
    auto item = a.world.item_of(a.world.tj, a.target);
    const auto draft = a.sender.draft_of(a.world.tj, a.target);
    item.approvals.needed = 1;
    item.approvals.given.push_back(
        {a.world.af.certificate, crypto::audience_hash(draft.blind, draft.audience()), {}});
    in_txn(*a.world.tj.store, [&](storage::Txn& txn) { return client::outbox_update(txn, item); });
    CHECK(error_of(a.sender.try_seal(a.world.tj, a.target)) == Errc::ApprovalSignature);
    item.approvals.given.clear();
    in_txn(*a.world.tj.store, [&](storage::Txn& txn) { return client::outbox_update(txn, item); });
    CHECK(error_of(a.sender.try_seal(a.world.tj, a.target)) == Errc::ApprovalsAwaited);
}

// Fails if is_to_be_read() does not look at who was asked.
TEST_CASE("only who was asked can approve, each person once") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office}, 2);
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    const auto drafted = must(a.read(a.world.af, at_af));
    // UZ signs the same draft: nobody asked it.
    auto stranger =
        client::approve(a.world.device(a.world.uz), a.item_at(a.world.af, at_af), drafted);
    CHECK(a.answer(a.world.uz, stranger).complete.empty());
    CHECK(a.world.item_of(a.world.tj, a.target).approvals.given.empty());
    CHECK(a.world.item_of(a.world.tj, a.target).approvals.answers_seen.empty());
    CHECK(a.answer(a.world.af, a.approval_of(a.world.af, at_af)).complete.empty());
    // The same officer again: still one.
    CHECK(a.answer(a.world.af, a.approval_of(a.world.af, at_af)).complete.empty());
    CHECK(a.world.item_of(a.world.tj, a.target).approvals.given.size() == 1);
}

// Fails if check_given() does not ask whether the approver is vouched for, or compares devices and
// not persons.
TEST_CASE("an approval counts only of who is vouched for, and never of the sender's own officer") {
    Approving a;
    const auto draft = a.sender.draft_of(a.world.tj, a.target);
    const auto check = [&](const Post& by) {
        const auto given = crypto::make_approval(
            a.world.card().home(), crypto::context_hash(schemas::encode_header(draft.header)),
            crypto::audience_hash(draft.blind, draft.audience()), by.certificate, by.key);
        const auto txn = must(a.world.tj.store->begin_read());
        return client::check_given(client::DirectoryView(*txn), a.world.device(a.world.tj), draft,
                                   given, a.world.now);
    };
    CHECK(check(a.world.uz));
    const Post second = a.world.make_device("TJ-DCA", "TJ-NPJ-BLO");
    a.world.confirm_peers("TJ-DCA", {"AF-CNP"});
    a.world.sync(a.world.tj);
    CHECK(check(a.world.af));
    CHECK(error_of(check(second)) == Errc::ApprovalSignature);
    CHECK(error_of(check(a.world.uz)) == Errc::PeerUnconfirmed);
}

TEST_CASE("two approvals of two officers complete a draft that needs two") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office, a.world.uz.office}, 2);
    const auto at = a.sender.log(a.world.tj, request);
    const auto bytes = a.world.bytes_of(a.world.tj, request);
    const auto receive = [&](Post& post) {
        a.world.sync(post);
        return *a.world.receive(post, a.world.delivery(post, bytes, at)).number;
    };
    const auto at_af = receive(a.world.af);
    const auto at_uz = receive(a.world.uz);
    CHECK(a.answer(a.world.af, a.approval_of(a.world.af, at_af)).complete.empty());
    CHECK(a.answer(a.world.uz, a.approval_of(a.world.uz, at_uz)).complete == std::vector{a.target});
    must(a.sender.try_seal(a.world.tj, a.target));
}

TEST_CASE("a refusal is shown to the sender, and the draft keeps waiting") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    const auto report = a.answer(
        a.world.af, client::refuse(a.item_at(a.world.af, at_af),
                                   a.world.item_of(a.world.tj, a.target).message, "too vague"));
    CHECK(report.refused == std::vector{a.target});
    const auto item = a.world.item_of(a.world.tj, a.target);
    CHECK(item.stage == Stage::AwaitingApprovals);
    CHECK(item.approvals.refused_by == std::vector{a.world.af.certificate});
}

// Fails if refused_by holds a device twice, or if answers are looked at without end.
TEST_CASE("who answers again and again is noted once, and at most 256 answers are looked at") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    const auto refusal = client::refuse(a.item_at(a.world.af, at_af),
                                        a.world.item_of(a.world.tj, a.target).message, "too vague");
    a.answer(a.world.af, refusal);
    CHECK(a.answer(a.world.af, refusal).refused == std::vector{a.target});
    auto item = a.world.item_of(a.world.tj, a.target);
    CHECK(item.approvals.refused_by == std::vector{a.world.af.certificate});
    CHECK(item.approvals.answers_seen.size() == 2);

    for (std::uint64_t i = 2; i < 256; ++i) item.approvals.answers_seen.push_back(1000 + i);
    in_txn(*a.world.tj.store, [&](storage::Txn& txn) { return client::outbox_update(txn, item); });
    CHECK(a.answer(a.world.af, refusal).refused.empty());
    CHECK(a.world.item_of(a.world.tj, a.target).approvals.answers_seen.size() == 256);
}

// Fails if collect_for() gives up at the first text that cannot be read.
TEST_CASE("an answer whose key was destroyed is told once and holds up no other") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    const auto approval = a.approval_of(a.world.af, at_af);
    const auto lost = a.sender.deliver(a.world.af, a.sender.send(a.world.af, approval), a.world.tj);
    must(a.world.device(a.world.tj)
             .vault.purge({client::tables::kInboxTexts.name, client::number_key(lost.value)}));
    CHECK(a.collect().alarms.size() == 1);
    CHECK(a.collect().alarms.empty());
    CHECK(a.answer(a.world.af, approval).complete == std::vector{a.target});
}

// Fails if an answer is marked as seen before it is judged: what a person confirms a day later, or
// a slip ends, would never be looked at again.
TEST_CASE("an approval that does not count yet is told once, kept, and counts when it may") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    const auto approval = a.approval_of(a.world.af, at_af);
    const auto sent = a.sender.send(a.world.af, approval);
    a.sender.deliver(a.world.af, sent, a.world.tj);
    // After it was taken in and before it is judged.
    a.world.suspend(a.world.af);
    a.world.sync(a.world.tj);
    const auto early = a.collect();
    CHECK(early.complete.empty());
    REQUIRE(early.alarms.size() == 1);
    CHECK(early.alarms.front().code == Errc::CertificateSuspended);
    const auto waiting = a.world.item_of(a.world.tj, a.target);
    CHECK(waiting.problem.code == "certificate.suspended");
    CHECK(waiting.problem.context == "the approval of AF-SKB-BLO does not count yet");
    CHECK(a.collect().alarms.empty());

    const auto suspended = reading(*a.world.tj.store, [&](const storage::ReadTxn& txn) {
        return client::DirectoryView(txn).suspensions(a.world.af.certificate);
    });
    a.world.reinstate(a.world.af, suspended.front().record);
    a.world.sync(a.world.tj);
    CHECK(a.collect().complete == std::vector{a.target});
    CHECK(a.world.item_of(a.world.tj, a.target).problem.code.empty());
    must(a.sender.try_seal(a.world.tj, a.target));
}

// Fails if renew_approvals() does not look at approvals that came before the revocation: the draft
// would stay a draft that no seal_drafts() takes, and nobody would be told.
TEST_CASE("an approval whose approver is revoked before sealing is told and asked for again") {
    Approving a;
    const auto renew = [&] {
        return in_txn(*a.world.tj.store, [&](storage::Txn& txn) {
            return client::renew_approvals(txn, a.world.device(a.world.tj), a.world.now,
                                           a.world.random);
        });
    };
    const auto request = a.ask(a.target, {a.world.af.office, a.world.uz.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    CHECK(a.answer(a.world.af, a.approval_of(a.world.af, at_af)).complete.size() == 1);
    CHECK(renew().empty());  // while it counts

    a.world.revoke(a.world.af);
    a.world.sync(a.world.tj);
    CHECK(error_of(a.sender.try_seal(a.world.tj, a.target)) == Errc::CertificateRevoked);
    const auto lost = renew();
    REQUIRE(lost.size() == 1);
    CHECK(lost.front().number == a.target);
    const auto item = a.world.item_of(a.world.tj, a.target);
    CHECK(item.stage == Stage::AwaitingApprovals);
    CHECK(item.problem.code == "certificate.revoked");
    CHECK(item.problem.context.find("AF-SKB-BLO") != std::string::npos);
    CHECK(renew().empty());  // once
    // What the revoked one signed is read again and does not count.
    const auto again = a.collect();
    CHECK(again.complete.empty());
    REQUIRE(again.alarms.size() == 1);
    CHECK(again.alarms.front().code == Errc::CertificateRevoked);

    REQUIRE(lost.front().request.has_value());
    must(a.sender.try_seal(a.world.tj, *lost.front().request));
    const auto at_uz = a.sender.deliver(a.world.tj, *lost.front().request, a.world.uz);
    CHECK(a.answer(a.world.uz, a.approval_of(a.world.uz, at_uz)).complete == std::vector{a.target});
    must(a.sender.try_seal(a.world.tj, a.target));
    const auto sealed = a.world.item_of(a.world.tj, a.target);
    REQUIRE(sealed.approvals.given.size() == 1);
    CHECK(sealed.approvals.given.front().approver == a.world.uz.certificate);
    CHECK(sealed.problem.code.empty());
}

// Fails if renew_approvals() asks an office of which nobody is left: such a request is never
// sealed.
TEST_CASE("an approval that nobody is left to give again leaves a draft that says so") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    a.answer(a.world.af, a.approval_of(a.world.af, at_af));
    a.world.revoke(a.world.af);
    a.world.sync(a.world.tj);
    const auto lost = in_txn(*a.world.tj.store, [&](storage::Txn& txn) {
        return client::renew_approvals(txn, a.world.device(a.world.tj), a.world.now,
                                       a.world.random);
    });
    REQUIRE(lost.size() == 1);
    CHECK_FALSE(lost.front().request.has_value());
    const auto item = a.world.item_of(a.world.tj, a.target);
    CHECK(item.stage == Stage::AwaitingApprovals);
    CHECK(item.problem.context.find("nobody who was asked can be reached") != std::string::npos);
    in_txn(*a.world.tj.store, [&](storage::Txn& txn) {
        return client::outbox_drop(txn, a.target, *a.world.tj.vault);
    });
}

// Fails if find_request() takes one of them, the newest or the oldest.
TEST_CASE("a rival request about the same message is not taken for the one that was read") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    const MessageId about = a.world.item_of(a.world.tj, a.target).message;
    const auto find = [&] {
        const auto txn = must(a.world.af.store->begin_read());
        return client::find_request(*txn, a.world.device(a.world.af), about);
    };
    CHECK(must(find()).number == at_af);

    // UZ drafts another text under the same message id, and asks for the same approval.
    client::Draft rival = World::alert({"TJ-NPJ-BLO"});
    rival.options.message = about;
    const auto drafted = a.sender.add(a.world.uz, rival);
    const auto asked = in_txn(*a.world.uz.store, [&](storage::Txn& txn) {
        return client::request_approvals(txn, a.world.device(a.world.uz), drafted,
                                         std::vector{a.world.af.office}, 1, "please", a.world.now);
    });
    a.sender.deliver(a.world.uz, a.sender.send(a.world.uz, asked), a.world.af);
    CHECK(error_of(find()) == Errc::Conflict);
}

// Fails if read_drafted() leaves out one of its comparisons.
TEST_CASE("an approver refuses a draft that is not what its request says") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    const auto item = a.item_at(a.world.af, at_af);
    auto text = a.text_at(a.world.af, at_af);
    const Bytes drafted = *text.attachments.front().text;
    CHECK(client::read_drafted(item, text, drafted).has_value());

    Bytes changed = drafted;
    changed.back() ^= std::byte{1};
    CHECK(error_of(client::read_drafted(item, text, changed)) == Errc::ManifestMismatch);
    CHECK(error_of(client::read_drafted(item, text, ByteView(drafted).first(10))) ==
          Errc::MalformedLayout);
    auto by_another = item;
    by_another.sender = a.world.uz.certificate;
    CHECK(error_of(client::read_drafted(by_another, text, drafted)) == Errc::ManifestMismatch);
    std::get<schemas::ApprovalRequest>(text.content.payload).target.bytes[0] ^= std::byte{1};
    CHECK(error_of(client::read_drafted(item, text, drafted)) == Errc::ManifestMismatch);
    text.header.home.bytes[0] ^= std::byte{1};
    CHECK(error_of(client::read_drafted(item, text, drafted)) == Errc::WrongHome);
}

namespace {

// A stream 0 that reads as `one` where no attachment is assumed, and as `two` where one is: the
// second message lies inside the first, between its root pointer and its data.
Bytes two_readings(const schemas::SealedContent& one, const schemas::SealedContent& two) {
    const Bytes first = must(schemas::encode_content(one));
    const Bytes second = must(schemas::encode_content(two));
    const auto number_at = [](ByteView bytes, std::size_t at) {
        std::uint64_t value = 0;
        for (std::size_t i = 8; i-- > 0;)
            value = value << 8 | std::to_integer<unsigned>(bytes[at + i]);
        return value;
    };
    const auto put_word = [](Bytes& out, std::uint64_t value) {
        for (int i = 0; i < 8; ++i, value >>= 8) out.push_back(static_cast<std::byte>(value));
    };
    const ByteView data = ByteView(first).subspan(16);
    const std::size_t between = 16 + second.size();
    Bytes out(crypto::kStreamRandomBytes);
    put_word(out, static_cast<std::uint64_t>((8 + between + data.size()) / 8) << 32);
    put_word(out, number_at(first, 8) + (static_cast<std::uint64_t>(between / 8) << 2));
    out.resize(out.size() + 16);  // the rest of what the other reading takes for a digest
    put_word(out, static_cast<std::uint64_t>((second.size() - 8 + data.size()) / 8) << 32);
    append(out, ByteView(second).subspan(8));
    append(out, data);
    return out;
}

}  // namespace

// Fails if read_drafted() takes the first reading that fits.
TEST_CASE("a draft that reads as one text to its approver and as another to its recipients") {
    Approving a;
    const auto request = a.ask(a.target, {a.world.af.office});
    const auto at_af = a.sender.deliver(a.world.tj, request, a.world.af);
    const auto item = a.item_at(a.world.af, at_af);
    const auto text = a.text_at(a.world.af, at_af);
    const auto draft = a.sender.draft_of(a.world.tj, a.target);

    schemas::SealedContent harmless = draft.content;
    schemas::SealedContent harmful = draft.content;
    harmful.manifest.attachments.push_back({10, "application/pdf", "a.pdf"});
    std::get<schemas::SeizureAlert>(harmful.payload).agency = "another agency";
    const Bytes stream0 = two_readings(harmless, harmful);
    schemas::Header header = draft.header;
    header.content = crypto::content_hash(stream0);
    const Bytes drafted = client::encode_drafted(schemas::encode_header(header), stream0);
    CHECK(error_of(client::read_drafted(item, text, drafted)) == Errc::MalformedLayout);
}

}  // namespace chapar::testing
