#include "tests/sim/client_actor.h"

#include <algorithm>

#include "client/core/approval.h"
#include "client/core/ledger_alarms.h"
#include "client/core/reseal.h"
#include "client/core/vault_sweep.h"
#include "tests/sim/must.h"

namespace chapar::sim {
namespace {

constexpr DurationMs kIdle{4'000};
constexpr DurationMs kPause{1'500};

bool stops_process(Errc code) {
    return code == Errc::StoreFailed || code == Errc::StoreDamaged || code == Errc::FileFailed ||
           code == Errc::VersionUnknown || code == Errc::MalformedLayout ||
           code == Errc::PassphraseWrong || code == Errc::KeystoreExposed;
}

std::string word_of(const Error& error) {
    return std::string(text_of(error.code).code) + " " + error.context;
}

template <typename Body>
Status in_transaction(storage::Store& store, Body body) {
    auto txn = CHAPAR_TRY(store.begin_write());
    CHAPAR_TRY(body(*txn));
    return std::move(*txn).commit();
}

Result<client::Draft> draft_of(LetterFiles& files, const Letter& letter) {
    client::Draft draft;
    for (std::size_t i = 0; i < letter.files.size(); ++i) {
        draft.attachments.push_back(CHAPAR_TRY(client::measure_attachment(
            files, letter_file(letter.message, i, letter.files[i]), "plan.txt", "text/plain")));
    }
    draft.options.to = letter.to;
    draft.options.message = letter.message;
    draft.options.urgency = letter.urgency;
    schemas::SeizureAlert alert;
    alert.place.country = "TJ";
    alert.time = TimeMs(kStart.value - kHour.value);
    schemas::Goods goods;
    goods.substance.name = letter.text;
    goods.quantity.thousandths = 12'450;
    alert.goods.push_back(goods);
    alert.conveyance.mode = schemas::TransportMode::Road;
    alert.agency = "TJ-DCA";
    draft.payload = alert;
    return draft;
}

}  // namespace

ClientActor::ClientActor(const Parts& parts)
    : parts_(parts),
      machine_(
          {parts.timeline, parts.transcript, parts.disk,
           parts.founding.members()[parts.number].name, Dice(parts.seed), parts.plan.power_cuts},
          [this] { process(); }),
      clock_(*this),
      random_(parts.seed + 1) {}

TimeMs ClientActor::clock_now() const {
    const auto now = static_cast<std::int64_t>(kStart.value + parts_.timeline.now().value);
    return TimeMs(static_cast<std::uint64_t>(now + skew_));
}

std::vector<client::OutboxItem> ClientActor::outbox() const {
    const auto txn = must(std::as_const(parts_.store.records()).begin_read());
    auto items = client::outbox_items(*txn);
    return items ? std::move(*items) : std::vector<client::OutboxItem>();
}

std::vector<client::InboxItem> ClientActor::inbox() const {
    const auto txn = must(std::as_const(parts_.store.records()).begin_read());
    auto items = client::inbox_items(*txn);
    return items ? std::move(*items) : std::vector<client::InboxItem>();
}

bool ClientActor::knows_all_letters_sent() const {
    const auto items = outbox();
    return std::ranges::all_of(letters_, [&](const Letter& letter) {
        return std::ranges::find(items, letter.message, &client::OutboxItem::message) !=
               items.end();
    });
}

void ClientActor::note_outbox() {
    for (const client::OutboxItem& item : outbox()) {
        machine_.note("outbox #" + std::to_string(item.number.value) + " kind " +
                      std::to_string(static_cast<int>(item.kind)) + ": " +
                      std::string(schemas::text_of(item.stage)) + " " + item.problem.code + " " +
                      item.problem.context);
    }
}

void ClientActor::process() {
    parts_.store.restart();
    written_.clear();
    fetched_.clear();
    const client::HomePaths paths{parts_.disk.root()};
    auto home = client::DeviceHome::open(paths, passphrase());
    if (!home) return machine_.note("cannot open its home: " + word_of(home.error()));
    const auto open_rest = [&]() -> Result<Open> {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        CHAPAR_TRY(client::sweep_vault(*txn, home->device().vault));
        return Open{
            std::move(*home), CHAPAR_TRY(client::FileBlobStore::open(paths.blobs())), {}, {}};
    };
    auto open = open_rest();
    Status done = open ? report_sealed() : Status(open.error());
    machine_.note("starts");
    while (done || !stops_process(done.error().code)) {
        done = turn(*open);
        if (done) continue;
        complain(done.error());
        open->session.reset();
        open->transport.reset();
        if (done.error().code == Errc::StoreFull || !stops_process(done.error().code)) {
            machine_.sleep(DurationMs(machine_.dice().between(100, kPause.value)));
        }
    }
    machine_.note("stops: " + word_of(done.error()));
    if (parts_.store.is_rotten()) {
        machine_.note("the rows that have rotted are restored from a copy");
        parts_.store.restore_rotten();
    }
}

// One round of what `inbox watch` and the commands that send do.
Status ClientActor::turn(Open& open) {
    CHAPAR_TRY(write_letters(open));
    if (!open.session) {
        const Status connected = connect(open);
        CHAPAR_TRY(look_at_alarms());
        CHAPAR_TRY(Status(connected));
        machine_.note("connected");
    }
    if (stall_.value > 0) machine_.sleep(std::exchange(stall_, DurationMs(0)));
    CHAPAR_TRY(exchange(open));
    CHAPAR_TRY(take_mail(open));
    CHAPAR_TRY(read_mail(open));
    CHAPAR_TRY(answer_requests(open));
    CHAPAR_TRY(fetch_files(open));
    CHAPAR_TRY(open.session->push_statements());
    CHAPAR_TRY(open.session->sync_directory());
    CHAPAR_TRY(open.session->tidy_epochs());
    CHAPAR_TRY(open.session->renew_bundle());
    CHAPAR_TRY(look_at_alarms());
    return report();
}

void ClientActor::make_session(Open& open) {
    open.session.reset();
    open.transport.reset();
    open.transport = std::make_unique<LineTransport>(LineTransport::Parts{
        parts_.network, machine_, door_, parts_.founding.members()[parts_.number].curve});
    client::SessionOptions options;
    options.disk_reserve = 0;  // a run does not depend on the machine's memory
    open.session = std::make_unique<client::Session>(
        client::SessionParts{parts_.store, open.home, *open.transport, clock_, random_,
                             *open.blobs},
        options);
}

// DeviceContext::connect().
Status ClientActor::connect(Open& open) {
    make_session(open);
    const auto prepare = [&]() -> Status {
        CHAPAR_TRY(open.session->open());
        const auto synced = CHAPAR_TRY(open.session->sync_directory());
        for (const auto& alarm : synced.alarms) {
            parts_.oracles.alarmed(parts_.number, alarm.sentence);
        }
        if (synced.suspended_itself) return Error(Errc::CertificateSuspended);
        CHAPAR_TRY(open.session->tidy_epochs());
        CHAPAR_TRY(open.session->renew_bundle());
        return Done{};
    };
    Status ready = prepare();
    if (!ready &&
        (ready.error().code == Errc::HeadUnknown || ready.error().code == Errc::HeadMismatch)) {
        make_session(open);
        (void)open.session->open(client::Session::Presenting::Nothing);
    }
    return ready;
}

Status ClientActor::write_letters(Open& open) {
    const auto device = open.home.device();
    for (const Letter& letter : letters_) {
        if (letter.at.value > machine_.now().value || written_.contains(letter.message)) continue;
        const client::Draft draft = CHAPAR_TRY(draft_of(files_, letter));
        Oracles::Said said{letter.text, {}};
        for (const auto& file : draft.attachments) said.files.push_back(file.digest);
        said.needs_approval = !letter.approvers.empty();
        said.message = letter.message;
        texts_[letter.message] = std::move(said);
        const Status kept = keep_letter(letter, draft, device);
        if (kept) machine_.note("writes " + letter.text);
        if (!kept && kept.error().code != Errc::AlreadyExists) return kept;
        written_.insert(letter.message);
    }
    return Done{};
}

// DeviceContext::seal_waiting(): what cannot be sealed yet keeps waiting.
Status ClientActor::seal_waiting(Open& open) {
    std::vector<client::OutboxItem> waiting;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        waiting = CHAPAR_TRY(client::outbox_items(*txn));
    }
    client::SealPorts ports;
    ports.blobs = open.blobs.get();
    ports.files = &files_;
    for (const client::OutboxItem& item : waiting) {
        if (item.stage != schemas::Stage::Drafted) continue;
        const Status sealed = in_transaction(parts_.store, [&](storage::Txn& txn) -> Status {
            CHAPAR_TRY(client::seal_drafts(txn, open.home.device(), {&item.number, 1}, clock_now(),
                                           random_, ports));
            return Done{};
        });
        if (sealed) continue;
        machine_.note("cannot seal: " + word_of(sealed.error()));
        if (stops_process(sealed.error().code)) return sealed;
    }
    return report_sealed();
}

// DeviceContext::exchange().
Status ClientActor::exchange(Open& open) {
    const auto device = open.home.device();
    const auto ready = [&](storage::Txn& txn) -> Status {
        CHAPAR_TRY(client::collect_approvals(txn, device, clock_now()));
        CHAPAR_TRY(client::renew_approvals(txn, device, clock_now(), random_));
        CHAPAR_TRY(client::unseal_outdated(txn, clock_now()));
        return Done{};
    };
    CHAPAR_TRY(in_transaction(parts_.store, ready));
    CHAPAR_TRY(seal_waiting(open));
    const auto submitted = CHAPAR_TRY(open.session->submit());
    report_problems(submitted.alarms);
    const auto pushed = CHAPAR_TRY(open.session->push_statements());
    report_problems(pushed.alarms);
    const auto events = CHAPAR_TRY(open.session->fetch_events());
    report_problems(events.alarms);
    std::size_t again = 0;
    const auto reseal = [&](storage::Txn& txn) -> Status {
        const auto added = CHAPAR_TRY(client::add_reseals(
            txn, device, client::ResealVerdict::Automatic, std::nullopt, clock_now(), random_));
        again = added.size();
        return Done{};
    };
    CHAPAR_TRY(in_transaction(parts_.store, reseal));
    if (again > 0) {
        CHAPAR_TRY(seal_waiting(open));
        CHAPAR_TRY(open.session->submit());
    }
    return tidy_blobs(open);
}

Status ClientActor::take_mail(Open& open) {
    // What is here, then a while of waiting for more.
    for (DurationMs patience(0);; patience = idle()) {
        const auto reports = CHAPAR_TRY(open.session->take_deliveries(patience));
        for (const auto& one : reports) {
            const std::string number = one.number ? std::to_string(one.number->value) : "-";
            machine_.note("mail #" + number + " reception " +
                          std::to_string(static_cast<int>(one.reception)) +
                          (one.problem ? " " + word_of(*one.problem) : ""));
            if (one.reception == client::Reception::Refused) {
                parts_.oracles.alarmed(parts_.number, "refused mail: " + word_of(*one.problem));
            }
            if (one.reception == client::Reception::Unopenable) {
                parts_.oracles.alarmed(parts_.number, "unopenable mail");
            }
        }
        if (patience.value > 0) return Done{};
    }
}

Status ClientActor::read_mail(Open& open) {
    const auto device = open.home.device();
    for (const client::InboxItem& item : inbox()) {
        if (item.state != client::InboxState::Received) continue;
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        const auto text = client::inbox_text(*txn, device, item.number);
        if (!text) return text.error();
        const auto* alert = std::get_if<schemas::SeizureAlert>(&text->content.payload);
        parts_.oracles.opened(parts_.number, item,
                              alert == nullptr || alert->goods.empty()
                                  ? std::string()
                                  : alert->goods.front().substance.name);
        const auto opened = [&](storage::Txn& write) -> Status {
            CHAPAR_TRY(client::mark_opened(write, device, item.number, clock_now()));
            return Done{};
        };
        CHAPAR_TRY(in_transaction(parts_.store, opened));
    }
    return Done{};
}

// A person looks at what is wrong with the ledger. Where the network itself lost, doubled or
// overtook frames, which looks the same from here, the person confirms after asking around.
Status ClientActor::look_at_alarms() {
    std::vector<client::LedgerAlarm> alarms;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        alarms = CHAPAR_TRY(client::ledger_alarms(*txn));
    }
    for (const client::LedgerAlarm& alarm : alarms) {
        parts_.oracles.alarmed(parts_.number, std::string(text_of(alarm.kind)));
    }
    if (alarms.empty() || parts_.plan.lie != Lie::None) return Done{};
    return in_transaction(parts_.store,
                          [](storage::Txn& txn) { return client::confirm_ledger_alarms(txn); });
}

// Of a session that ended: what no honest broker makes it end with is an alarm.
void ClientActor::complain(const Error& error) {
    machine_.note("gives up: " + word_of(error));
    switch (error.code) {
        case Errc::ProofInvalid:
        case Errc::LeafInvalid:
        case Errc::NoteInvalid:
        case Errc::HeadMismatch:
            return parts_.oracles.alarmed(parts_.number, word_of(error));
        default:
            return;
    }
}

void ClientActor::report_problems(const std::vector<Error>& alarms) {
    for (const Error& alarm : alarms) {
        parts_.oracles.alarmed(parts_.number, "a proof that does not hold: " + word_of(alarm));
    }
}

Status ClientActor::report_sealed() {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const auto items = CHAPAR_TRY(client::outbox_items(*txn));
    for (const client::OutboxItem& item : items) {
        if (item.hash == EnvelopeHash{}) continue;
        // What repeats another says what that one said, which may be a repetition, too.
        auto first = std::ranges::find(items, item.number, &client::OutboxItem::number);
        while (first != items.end() && first->reseal.first) {
            first = std::ranges::find(items, *first->reseal.first, &client::OutboxItem::number);
        }
        if (first == items.end()) continue;
        const auto text = texts_.find(first->message);
        if (text != texts_.end()) parts_.oracles.sealed(parts_.number, item, text->second);
    }
    return Done{};
}

Status ClientActor::report() {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    parts_.oracles.holds(parts_.number, CHAPAR_TRY(client::outbox_items(*txn)),
                         CHAPAR_TRY(client::inbox_items(*txn)));
    return Done{};
}

DurationMs ClientActor::idle() {
    const std::uint64_t most = kIdle.value;
    return DurationMs(machine_.dice().between(most / 4, most));
}

}  // namespace chapar::sim
