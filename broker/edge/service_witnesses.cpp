// Published heads and the witnesses: the rounds, what comes of them, and how long they may be
// absent.
#include "broker/core/ledger_read.h"
#include "broker/edge/service.h"

namespace chapar::broker {

Status BrokerService::start_round() {
    const SignedHead& head = parts_.tick.signed_head();
    const auto& witnessed = proofs_.newest();
    // Without growth too, until there is a quorum: witnesses come back.
    if (witnessed && witnessed->head.size == head.head.size) return Done{};
    if (!parts_.witnesses->idle()) return Done{};
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    CHAPAR_TRY(
        parts_.witnesses->begin(head, {*txn, parts_.tick.frontier()}, parts_.time.elapsed()));
    return close_round();
}

Status BrokerService::witness_answered(std::size_t witness,
                                       const Result<crypto::WitnessAnswer>& answer) {
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        const LedgerView ledger{*txn, parts_.tick.frontier()};
        const RoundTime now{parts_.time.elapsed(), parts_.time.stamp().time};
        const auto heard = CHAPAR_TRY(parts_.witnesses->answered(witness, answer, ledger, now));
        if (heard.evidence) {
            const std::string name = parts_.witnesses->figures().at(witness).name;
            CHAPAR_TRY(parts_.guard.accuse(
                *heard.evidence,
                "witness " + name + " holds a head that this ledger does not have"));
            CHAPAR_TRY(note_standing());
        }
    }
    if (!parts_.guard.signing() && parts_.witnesses->confirmed()) CHAPAR_TRY(prepare_signing());
    return close_round();
}

std::optional<DurationMs> BrokerService::round_due() const {
    if (parts_.witnesses == nullptr) return std::nullopt;
    return parts_.witnesses->due(parts_.time.elapsed());
}

Status BrokerService::close_round() {
    if (parts_.witnesses == nullptr) return Done{};
    auto closed = parts_.witnesses->close(parts_.time.elapsed());
    if (!closed || !parts_.guard.signing()) return Done{};
    return publish_cosigned(std::move(*closed));
}

Status BrokerService::publish_cosigned(CosignedHead cosigned) {
    const TreeSize size = cosigned.head.head.size;
    if (stored_ != size || stored_lines_ < cosigned.cosignatures) {
        CHAPAR_TRY(store_note(size, cosigned.head.note));
        stored_lines_ = cosigned.cosignatures;
    }
    if (cosigned.quorum == quorum_lost_) {
        quorum_lost_ = !cosigned.quorum;
        if (quorum_lost_) {
            parts_.log.warning("witnesses.no-quorum", {{"size", std::to_string(size.value)}});
        } else {
            parts_.log.info("witnesses.quorum", {{"size", std::to_string(size.value)}});
        }
    }
    if (!cosigned.quorum) return Done{};
    CHAPAR_TRY(proofs_.witnessed(std::move(cosigned.head)));
    return watch_witnesses();
}

Status BrokerService::watch_witnesses() {
    const bool was_absent = std::exchange(witnesses_absent_, CHAPAR_TRY(are_witnesses_absent()));
    if (was_absent == witnesses_absent_) return Done{};
    if (witnesses_absent_) {
        parts_.log.warning("witnesses.absent");
    } else {
        parts_.log.info("witnesses.back");
    }
    return Done{};
}

Result<bool> BrokerService::are_witnesses_absent() const {
    const DurationMs limit = parts_.config.ledger.witness_outage;
    if (parts_.policy == nullptr || limit.value == 0 || !parts_.guard.signing()) return false;
    const TreeSize covered = proofs_.newest() ? proofs_.newest()->head.size : TreeSize(0);
    if (covered >= parts_.tick.signed_head().head.size) return false;
    // The oldest entry that no quorum covers says since when: the same after a start, and a ledger
    // that did not grow misses nobody.
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const ByteView stored = CHAPAR_TRY(stored_leaf(*txn, EntryIndex(covered.value)));
    TimeMs since;
    if (!crypto::is_tombstone(stored)) since = CHAPAR_TRY(crypto::Leaf::decode(stored)).time;
    // Two persons who let it start without witnesses gave it as long once more.
    if (begun_without_) since = std::max(since, *begun_without_);
    return parts_.time.stamp().time > since + limit;
}

void BrokerService::add_witness_figures(schemas::StatusReport& report) const {
    const auto add = [&](const std::string& name, std::string value) {
        report.figures.push_back({name, std::move(value)});
    };
    if (parts_.witnesses == nullptr) {
        add("witnesses",
            "none: receipts stay at \"logged\"; a store restored together with its high-water "
            "file is found only by a client's note");
        return;
    }
    const auto figures = parts_.witnesses->figures();
    add("witnesses", std::to_string(figures.size()));
    add("witness_quorum", quorum_lost_ || !proofs_.newest() ? "no" : "yes");
    const std::uint64_t hours = parts_.config.ledger.witness_outage.value / kHour.value;
    add("witness_outage", witnesses_absent_ ? "no quorum for " + std::to_string(hours) +
                                                  " h: new envelopes are refused"
                          : hours == 0 ? "never refuses envelopes"
                                       : "below " + std::to_string(hours) + " h");
    for (const WitnessFigure& figure : figures) {
        add("witness " + figure.name,
            "size " + std::to_string(figure.held.value) +
                (figure.trouble.empty() ? std::string() : ": " + figure.trouble));
    }
    const auto& newest = proofs_.newest();
    add("witnessed_size", newest ? std::to_string(newest->head.size.value) : "0");
    if (!newest) return;
    const auto opened =
        crypto::open_witnessed(newest->note, parts_.node.log.verifier(), *parts_.policy);
    if (!opened) return;
    const TimeMs at = opened->confirmed.value_or(TimeMs{});
    const TimeMs now = parts_.time.stamp().time;
    const std::uint64_t age = now > at ? now.value - at.value : 0;
    add("witnessed_age_ms", std::to_string(age));
}

}  // namespace chapar::broker
