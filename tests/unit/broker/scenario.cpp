#include "tests/unit/broker/scenario.h"

#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "broker/core/confirm.h"
#include "broker/core/envelope_row.h"
#include "broker/core/explain.h"
#include "broker/core/stream_files.h"
#include "broker/core/withhold.h"
#include "crypto/tree.h"
#include "schemas/kinds.h"
#include "tests/unit/broker/scenario_words.h"

namespace chapar::testing {
namespace {

class Runner {
  public:
    explicit Runner(StoreKind store) : world_(store) {}

    void step(Line line) {
        const std::string verb = line.take();
        const auto found = verbs().find(verb);
        REQUIRE_MESSAGE(found != verbs().end(), "no such verb: ", verb);
        (this->*found->second)(line);
        CHECK_MESSAGE(line.at_end(), "words left over");
        if (verb != "expect") check_invariants(world_);
    }

  private:
    using Verb = void (Runner::*)(Line&);
    static const std::map<std::string, Verb>& verbs();

    void agency(Line& line) { world_.agency(line.take()); }
    void office(Line& line);
    void device(Line& line);
    void bundle(Line& line) { world_.bundle(line.take()); }
    void rule(Line& line);
    void drop(Line& line);
    void at(Line& line);
    void after(Line& line) { world_.now = world_.now + duration(line.take()); }
    void clock(Line& line);
    void send(Line& line);
    void send_option(Line& line, SendPlan& plan);
    void resend(Line& line);
    void confirm(Line& line);
    void deliver(Line& line);
    void withhold(Line& line);
    void revoke(Line& line) { last_ = world_.revoke(line.take()); }
    void suspend(Line& line) {
        const std::string device = line.take();
        last_ = line.accept("itself") ? world_.suspend_itself(device) : world_.suspend(device);
    }
    void reinstate(Line& line) { last_ = world_.reinstate(line.take()); }
    void fetch(Line& line);
    void advance(Line&) { last_ = world_.run(broker::Advance{}); }
    void restart(Line&) { world_.restart(); }
    void mailbox(Line& line);
    void explain(Line& line);
    void receipts(Line& line);
    void next(Line& line);
    void expect(Line& line);
    void expect_lines(Line& line, const std::vector<broker::DecisionLine>& lines);

    void check_delivery(const broker::MailboxRow& row);
    [[nodiscard]] EntryIndex accepted_entry(const std::string& envelope, const std::string& device);

    World world_;
    std::map<std::string, SentEnvelope> sent_;
    std::map<std::string, broker::Outcome> first_;
    broker::Outcome last_;
    broker::Explanation explained_;
};

const std::map<std::string, Runner::Verb>& Runner::verbs() {
    static const std::map<std::string, Verb> table{
        {"agency", &Runner::agency},   {"office", &Runner::office},
        {"device", &Runner::device},   {"bundle", &Runner::bundle},
        {"rule", &Runner::rule},       {"drop", &Runner::drop},
        {"at", &Runner::at},           {"after", &Runner::after},
        {"clock", &Runner::clock},     {"send", &Runner::send},
        {"resend", &Runner::resend},   {"confirm", &Runner::confirm},
        {"deliver", &Runner::deliver}, {"withhold", &Runner::withhold},
        {"revoke", &Runner::revoke},   {"advance", &Runner::advance},
        {"restart", &Runner::restart}, {"mailbox", &Runner::mailbox},
        {"explain", &Runner::explain}, {"receipts", &Runner::receipts},
        {"next", &Runner::next},       {"expect", &Runner::expect},
        {"suspend", &Runner::suspend}, {"reinstate", &Runner::reinstate},
        {"fetch", &Runner::fetch},
    };
    return table;
}

void Runner::office(Line& line) {
    const std::string name = line.take();
    line.skip("of");
    const std::string agency = line.take();
    line.skip("country");
    const std::string country = line.take();
    std::uint16_t roles = crypto::office_role::kLiaison;
    if (line.accept("roles")) {
        roles = 0;
        for (const std::string& role : split(line.take(), ',')) {
            roles = static_cast<std::uint16_t>(roles | role_named(role));
        }
    }
    world_.office(name, agency, country, roles);
}

void Runner::device(Line& line) {
    const std::string name = line.take();
    line.skip("of");
    const std::string office = line.take();
    DurationMs life = kDay * 300;
    std::string officer;
    while (!line.at_end()) {
        if (line.accept("for")) {
            life = duration(line.take());
        } else {
            line.skip("by");
            officer = line.take();
        }
    }
    world_.device(name, office, life, officer);
}

void Runner::rule(Line& line) {
    const std::string agency = line.take();
    crypto::PolicyRule rule;
    rule.id = line.take();
    rule.effect = line.take() == "deny" ? crypto::PolicyEffect::Deny : crypto::PolicyEffect::Permit;
    rule.direction =
        line.take() == "import" ? crypto::PolicyDirection::Import : crypto::PolicyDirection::Export;
    const std::string kind = line.take();
    if (kind != "any") rule.kinds.push_back(static_cast<std::uint16_t>(kind_named(kind)));
    line.skip("up");
    line.skip("to");
    rule.class_max = static_cast<std::uint8_t>(code_named<schemas::Classification>(line.take()));
    if (line.accept("from")) {
        for (const std::string& one : split(line.take(), ',')) rule.from.push_back(party(one));
    }
    if (line.accept("to")) {
        for (const std::string& one : split(line.take(), ',')) rule.to.push_back(party(one));
    }
    if (line.accept("approvals")) {
        rule.approvals = static_cast<std::uint8_t>(std::stoul(line.take()));
        line.skip("of");
        rule.approver_role = role_named(line.take());
    }
    if (line.accept("size")) rule.size_max = std::stoull(line.take());
    world_.rule(agency, rule);
}

void Runner::drop(Line& line) {
    line.skip("rule");
    const std::string agency = line.take();
    world_.drop_rule(agency, line.take());
}

void Runner::at(Line& line) {
    const std::string text = line.take();
    const std::uint64_t minutes = std::stoull(text) * 60 + std::stoull(text.substr(3));
    const TimeMs time = start_of(day_of(world_.now)) + kMinute * minutes;
    REQUIRE_MESSAGE(time >= world_.now, "clocks only go forward");
    world_.now = time;
}

void Runner::clock(Line& line) {
    line.skip("back");
    world_.now = TimeMs(world_.now.value - duration(line.take()).value);
}

void Runner::send_option(Line& line, SendPlan& plan) {
    const std::string option = line.take();
    if (option == "kind") {
        plan.kind = kind_named(line.take());
    } else if (option == "class") {
        plan.classification = code_named<schemas::Classification>(line.take());
    } else if (option == "urgency") {
        plan.urgency = code_named<schemas::Urgency>(line.take());
    } else if (option == "for") {
        plan.life = duration(line.take());
    } else if (option == "created") {
        const std::string shift = line.take();
        const std::uint64_t by = duration(shift.substr(1)).value;
        plan.created = TimeMs(shift[0] == '-' ? world_.now.value - by : world_.now.value + by);
    } else if (option == "id") {
        line.skip("of");
        plan.message_id = sent_.at(line.take()).message_id;
    } else if (option == "about") {
        const MessageId target = sent_.at(line.take()).message_id;
        const auto* info = schemas::find_kind(plan.kind);
        (info->link == schemas::Link::InReplyTo ? plan.in_reply_to : plan.supersedes) = target;
    } else if (option == "audit") {
        plan.audit.push_back(line.take());
    } else if (option == "stranger") {
        plan.stranger = crypto::random_value<CertificateHash>(world_.random);
    } else if (option == "head") {
        const std::string which = line.take();
        plan.seen = world_.newest_head();
        if (which == "unknown") plan.seen->size = TreeSize(plan.seen->size.value + 1000);
        if (which == "other") plan.seen->root.bytes[0] ^= std::byte{1};
        if (which == "none") plan.seen = crypto::SeenHead{plan.seen->home, LedgerNumber(1), {}, {}};
    } else if (option == "key") {
        plan.key_days = std::stoll(line.take());
    } else if (option == "old") {
        line.skip("bundle");
        plan.bundle_back = 1;
    } else if (option == "approved") {
        line.skip("by");
        plan.approved_by = split(line.take(), ',');
        if (line.accept("for-offices")) plan.approved_for = split(line.take(), ',');
        plan.approved_other_text = line.accept("for-another-text");
    } else if (option == "attach") {
        plan.attachments.push_back(std::stoul(line.take()));
    } else {
        FAIL("no such option: ", option);
    }
}

void Runner::send(Line& line) {
    const std::string name = line.take();
    SendPlan plan;
    line.skip("from");
    plan.from = line.take();
    line.skip("to");
    plan.to = split(line.take(), ',');
    while (!line.at_end()) send_option(line, plan);
    SentEnvelope envelope = world_.seal(plan);
    last_ = world_.submit(envelope);
    first_.insert_or_assign(name, last_);
    sent_.insert_or_assign(name, std::move(envelope));
}

void Runner::resend(Line& line) { last_ = world_.submit(sent_.at(line.take())); }

EntryIndex Runner::accepted_entry(const std::string& envelope, const std::string& device) {
    const auto txn = world_.read();
    const auto row = broker::read_envelope(*txn, sent_.at(envelope).hash).value();
    if (!row) return EntryIndex(0);
    const auto stanza =
        broker::read_stanza(*txn, row->first, world_.device_named(device).hash).value();
    return stanza ? stanza->accepted : row->first;
}

void Runner::confirm(Line& line) {
    const std::string envelope = line.take();
    line.skip("by");
    const std::string device = line.take();
    static const std::map<std::string, crypto::DeliveryEvent> events{
        {"delivered", crypto::DeliveryEvent::Delivered},
        {"opened", crypto::DeliveryEvent::Opened},
        {"acknowledged", crypto::DeliveryEvent::Acknowledged},
        {"unopenable", crypto::DeliveryEvent::Unopenable},
        {"recall-done", crypto::DeliveryEvent::RecallDone}};
    const auto event = events.at(line.take());
    const std::uint16_t reason = line.accept("key-gone") ? broker::kReasonKeyGone : 0;
    last_ = world_.confirm(device, sent_.at(envelope).hash, accepted_entry(envelope, device), event,
                           reason);
    if (line.accept("again")) CHECK(last_.freshness == broker::Freshness::Duplicate);
}

void Runner::check_delivery(const broker::MailboxRow& row) {
    const auto delivery = broker::load_delivery(*world_.read(), row).value();
    REQUIRE(delivery);
    CHECK(crypto::envelope_hash(delivery->envelope) == row.envelope);
    const auto statement = crypto::EnvelopeStatement::decode(delivery->envelope).value();
    CHECK(delivery->own.stanza.label.certificate == row.device);
    const Hash leaf = crypto::stanza_leaf_hash(crypto::digest_of(delivery->own.stanza));
    CHECK(crypto::check_inclusion(leaf, delivery->own.index, statement.stanza_count,
                                  delivery->own.path, statement.stanza_root)
              .has_value());
}

// As a session's delivery does it: asks before each hand-out, and proposes Withhold on a "no".
void Runner::deliver(Line& line) {
    const CertificateHash device = world_.device_named(line.take()).hash;
    line.skip("gets");
    Words expected;
    while (!line.at_end()) expected.push_back(line.take());
    if (expected == Words{"nothing"}) expected.clear();
    Words got;
    const auto rows = broker::waiting_rows(*world_.read(), device, {}, 100).value();
    for (const broker::MailboxRow& row : rows) {
        const auto decision = broker::may_hand_out(*world_.read(), row, world_.now).value();
        if (decision.verdict == broker::HandOut::Wait) continue;
        if (decision.verdict == broker::HandOut::No) {
            last_ = world_.run(broker::Withhold{row.envelope, device});
            CHECK_FALSE(last_.code);
            continue;
        }
        check_delivery(row);
        for (const auto& [name, envelope] : sent_) {
            if (envelope.hash == row.envelope) got.push_back(name);
        }
    }
    CHECK(got == expected);
}

// Of the first attachment that is a file.
void Runner::fetch(Line& line) {
    const SentEnvelope& envelope = sent_.at(line.take());
    line.skip("by");
    const CertificateHash device = world_.device_named(line.take()).hash;
    const auto file = broker::may_fetch(*world_.read(), device, envelope.hash, 1, world_.now);
    last_ = {};
    if (!file) {
        last_.code = file.error().code;
        return;
    }
    CHECK(file->root == envelope.files.at(0));
    CHECK(broker::file_in_use(*world_.read(), file->root).value());
}

void Runner::withhold(Line& line) {
    const std::string envelope = line.take();
    line.skip("from");
    last_ = world_.run(
        broker::Withhold{sent_.at(envelope).hash, world_.device_named(line.take()).hash});
}

void Runner::mailbox(Line& line) {
    line.skip("limit");
    world_.capacity.mailbox_rows = static_cast<std::uint32_t>(std::stoul(line.take()));
}

void Runner::explain(Line& line) {
    line.skip("from");
    broker::Question question{office_named(line.take()), {}, 0, 0};
    line.skip("to");
    for (const std::string& office : split(line.take(), ',')) {
        question.to.push_back(office_named(office));
    }
    std::optional<AgencyId> asker;
    while (!line.at_end()) {
        if (line.accept("kind")) {
            question.kind = static_cast<std::uint16_t>(kind_named(line.take()));
        } else if (line.accept("class")) {
            question.classification =
                static_cast<std::uint8_t>(code_named<schemas::Classification>(line.take()));
        } else {
            line.skip("asked");
            line.skip("by");
            asker = AgencyId::parse(line.take()).value();
        }
    }
    explained_ = broker::explain(*world_.read(), question, asker).value();
}

void Runner::receipts(Line& line) {
    const CertificateHash device = world_.device_named(line.take()).hash;
    const auto all = broker::notices(*world_.read(), device, EntryIndex(0), 1000).value();
    CHECK(all.size() == std::stoul(line.take()));
}

void Runner::next(Line& line) {
    line.skip("deadline");
    const auto deadline = broker::next_deadline(*world_.read()).value();
    CHECK(deadline.has_value() == (line.take() == "some"));
}

void Runner::expect_lines(Line& line, const std::vector<broker::DecisionLine>& lines) {
    if (line.accept("rule")) {
        const std::string rule = line.take();
        CHECK(std::ranges::any_of(
            lines, [&](const broker::DecisionLine& one) { return one.rule == rule; }));
    }
    if (line.accept("hidden")) {
        line.skip("rule");
        CHECK(std::ranges::any_of(lines, [](const broker::DecisionLine& one) {
            return one.direction == broker::Direction::Import &&
                   one.effect == broker::Effect::Deny && one.rule.empty() && one.policy.is_zero();
        }));
    }
}

void Runner::expect(Line& line) {
    const std::string what = line.take();
    if (what == "permit" || what == "deny") {
        CHECK((explained_.effect == broker::Effect::Permit) == (what == "permit"));
        expect_lines(line, explained_.lines);
        return;
    }
    const std::string code(last_.code ? text_of(*last_.code).code : "");
    INFO("outcome: ", code, " ", last_.context, " entries ", last_.count);
    if (what == "refused") {
        CHECK(code == line.take());
        if (line.accept("no")) {
            line.skip("entry");
            CHECK(last_.count == 0);
        } else {
            CHECK(last_.count == 1);
        }
        expect_lines(line, last_.lines);
    } else if (what == "duplicate") {
        line.skip("of");
        const broker::Outcome& first = first_.at(line.take());
        CHECK(last_.freshness == broker::Freshness::Duplicate);
        CHECK(last_.code == first.code);
        CHECK(last_.first == first.first);
        CHECK(last_.count == first.count);
        CHECK(last_.lines == first.lines);
    } else if (what == "accepted") {
        CHECK(code.empty());
        CHECK(last_.freshness == broker::Freshness::New);
        CHECK(last_.count == std::stoul(line.take()));
    } else if (what == "releases") {
        std::vector<Hash> files = sent_.at(line.take()).files;
        std::ranges::sort(files);
        CHECK(last_.effects.released == files);
        for (const Hash& file : files) {
            CHECK_FALSE(broker::file_in_use(*world_.read(), file).value());
        }
    } else if (what == "nothing") {
        line.skip("happens");
        CHECK(code.empty());
        CHECK(last_.count == 0);
    } else {
        CHECK(what == "done");
        CHECK(code.empty());
        if (!line.at_end()) {
            CHECK(last_.count == std::stoul(line.take()));
            line.skip("entries");
        }
    }
}

void run_file(const std::filesystem::path& file, Runner& runner) {
    std::ifstream in(file);
    REQUIRE_MESSAGE(in.good(), "cannot read ", file.string());
    std::size_t number = 0;
    for (std::string text; std::getline(in, text);) {
        ++number;
        const Words words = split(text.substr(0, text.find('#')), ' ');
        if (words.empty()) continue;
        INFO(file.filename().string(), ":", number, ": ", text);
        if (words.front() == "use") {
            run_file(file.parent_path() / (words.at(1) + ".setting"), runner);
        } else {
            runner.step(Line(words));
        }
    }
}

}  // namespace

void run_scenario(const std::filesystem::path& file, StoreKind store) {
    Runner runner(store);
    run_file(file, runner);
}

}  // namespace chapar::testing
