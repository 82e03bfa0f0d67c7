#include "client/cli/ledger/auditor_words.h"

#include <algorithm>

#include "client/cli/mail/item_view.h"
#include "schemas/base/hex.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

std::string kind_text(std::uint16_t kind) {
    if (kind == 0) return "";
    const auto* info = schemas::find_kind(static_cast<schemas::Kind>(kind));
    return info != nullptr ? std::string(info->name) : std::to_string(kind);
}

std::string joined(const std::vector<OfficeId>& offices) {
    std::string out;
    for (std::size_t i = 0; i < offices.size(); ++i) {
        if (i > 0) out += i == 1 ? " > " : ", ";
        out += offices[i].text();
    }
    return out;
}

std::string entries(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " entry" : " entries");
}

json::array lines_of(const crypto::BodyDecision& decision) {
    json::array out;
    for (const crypto::DecisionLine& line : decision.lines) {
        const bool out_of = line.direction == crypto::PolicyDirection::Export;
        out.push_back({{"direction", out_of ? "export" : "import"},
                       {"agency", line.agency.text()},
                       {"rule", line.rule},
                       {"policy", to_hex(line.policy.view())}});
    }
    return out;
}

void add_body(Said& said, const crypto::EntryBody& body) {
    if (body.accepted) said.object["accepted"] = body.accepted->value;
    if (body.cause) said.object["cause"] = body.cause->value;
    if (body.reason) said.object["reason"] = *body.reason;
    if (body.envelope_hash) said.object["envelope"] = to_hex(body.envelope_hash->view());
    if (body.record) said.object["record"] = to_hex(*body.record);
    if (body.statement) said.object["statement"] = to_hex(*body.statement);
    if (body.nonce) said.object["nonce"] = to_hex(body.nonce->view());
    if (body.step) {
        const bool forward = body.step->direction == crypto::StepDirection::Forward;
        said.object["step_ms"] = body.step->by.value;
        said.object["step"] = forward ? "forward" : "backward";
        said.text += "\nthe clock moved " + std::string(forward ? "forward" : "backward") + " by " +
                     std::to_string(body.step->by.value) + " ms";
    }
    if (body.envelope) said.object["statement_of_envelope"] = to_hex(*body.envelope);
    if (!body.decision) return;
    const bool permit = body.decision->effect == crypto::PolicyEffect::Permit;
    said.object["decision"] = {{"effect", permit ? "permit" : "deny"},
                               {"code", body.decision->code},
                               {"lines", lines_of(*body.decision)}};
    said.text += permit ? "\npermitted" : "\nrefused: " + body.decision->code;
    for (const crypto::DecisionLine& line : body.decision->lines) {
        const bool out_of = line.direction == crypto::PolicyDirection::Export;
        said.text += "\n  " + std::string(out_of ? "export" : "import") + " rule of " +
                     line.agency.text() + ": " + (line.rule.empty() ? "none" : line.rule);
    }
}

void add_problems(Said& said, const ViewReport& report) {
    json::array missing;
    for (const MissingEntry& entry : report.missing) {
        missing.push_back({{"entry", entry.index.value}, {"reason", text_of(entry.gap)}});
        said.text += "\n  entry " + std::to_string(entry.index.value) + ": " +
                     std::string(text_of(entry.gap));
    }
    said.object["missing"] = std::move(missing);
    if (report.unfounded_tombstones > 0) {
        said.text += "\nentries were handed out as pruned that no PRUNE entry covers";
    }
    json::array unfounded;
    for (const UnfoundedEntry& entry : report.unfounded.first) {
        unfounded.push_back({{"entry", entry.index.value}, {"reason", entry.why}});
        said.text += "\nentry " + std::to_string(entry.index.value) +
                     " is not believed, and changes nothing here: " + entry.why;
    }
    said.object["unfounded"] = std::move(unfounded);
    json::array untagged;
    for (const std::string& month : report.untagged_months) {
        untagged.push_back(json::string(month));
        said.text += "\nin month " + month +
                     " entries are sealed, and your agency's tag key of that month was not opened: "
                     "which of them are yours cannot be told";
    }
    said.object["untagged_months"] = std::move(untagged);
    if (report.contradictions > 0) {
        said.text +=
            "\nanother history was handed out here: " + std::to_string(report.contradictions) +
            " signed notes are kept; tell the auditors of all agencies";
    }
    json::array locked;
    for (const std::string& key : report.locked_keys) {
        locked.push_back(json::string(key));
        said.text += "\nledger key not opened by this audit key: " + key;
    }
    said.object["locked_keys"] = std::move(locked);
}

std::string headline(const ViewReport& report) {
    const bool centre = report.reader == "*";
    const std::string whose = centre ? "the centre's auditor" : report.reader;
    std::string out = whose + ": " + entries(report.own) +
                      (centre            ? " are sealed; "
                       : report.own == 1 ? " is yours; "
                                         : " are yours; ");
    if (report.complete()) {
        out += report.opened == report.own ? "all are here and open"
                                           : std::to_string(report.opened) + " are here and open";
        return out + ", none is missing among the " + entries(report.size) + " of the signed head.";
    }
    if (report.missing_total > 0) {
        return out + entries(report.missing_total) + (report.missing_total == 1 ? " IS" : " ARE") +
               " MISSING.";
    }
    return out + "that none is missing is NOT shown.";
}

}  // namespace

std::vector<TextColumn> search_columns() {
    return {{"entry"}, {"time"}, {"event"}, {"kind"}, {"case"}, {"offices"}};
}

TableRow row_of(const EntrySummary& entry) {
    TableRow said;
    json::array offices;
    for (const OfficeId& office : entry.offices) offices.push_back(json::string(office.text()));
    said.object = {{"entry", entry.index.value},
                   {"time", utc(entry.time)},
                   {"event", event_word(entry.kind, entry.event)},
                   {"refused", entry.refused()},
                   {"offices", std::move(offices)}};
    if (entry.message_kind != 0) said.object["kind"] = kind_text(entry.message_kind);
    if (entry.case_id) said.object["case"] = to_hex(entry.case_id->view());
    if (entry.sender_agency) said.object["sender_agency"] = entry.sender_agency->text();
    if (entry.recipient_agency) said.object["recipient_agency"] = entry.recipient_agency->text();
    if (!entry.envelope.is_zero()) said.object["envelope"] = to_hex(entry.envelope.view());
    if (entry.accepted) said.object["accepted"] = entry.accepted->value;
    if (entry.refused()) said.object["code"] = entry.code;
    if (!entry.subject.empty()) said.object["subject"] = entry.subject;
    const std::string case_text =
        entry.case_id ? to_hex(entry.case_id->view()).substr(0, 8) : std::string();
    std::string about = joined(entry.offices);
    if (!entry.subject.empty()) about += (entry.offices.empty() ? "" : "  ") + entry.subject;
    if (entry.refused()) about += "  refused: " + entry.code;
    said.cells = {std::to_string(entry.index.value),
                  utc(entry.time),
                  std::string(event_word(entry.kind, entry.event)),
                  kind_text(entry.message_kind),
                  case_text,
                  std::move(about)};
    return said;
}

Said say(const OpenedEntry& entry, const EntrySummary* summary) {
    Said said;
    if (summary != nullptr) {
        TableRow row = row_of(*summary);
        said.object = std::move(row.object);
        for (const std::string& cell : row.cells) {
            if (!cell.empty()) said.text += (said.text.empty() ? "" : "  ") + cell;
        }
    }
    said.object["entry"] = entry.leaf.index.value;
    said.object["epoch"] = entry.leaf.epoch.value;
    said.object["last_dir"] = entry.leaf.last_dir.value;
    said.object["body_commit"] = to_hex(entry.leaf.body_commit.view());
    said.object["salt"] = entry.salt_hex;
    add_body(said, entry.body);
    if (summary != nullptr && !summary->envelope.is_zero()) {
        said.text += "\nenvelope " + to_hex(summary->envelope.view());
    }
    if (summary != nullptr && summary->case_id) {
        said.text += "\ncase " + to_hex(summary->case_id->view());
    }
    if (entry.body.accepted) {
        said.text +=
            "\nof the envelope accepted as entry " + std::to_string(entry.body.accepted->value);
    }
    return said;
}

std::vector<TextColumn> bucket_columns() {
    return {{"opened"}, {"from"}, {"to"}, {"month"}, {"class"}, {"entries"}, {"due"}, {"standing"}};
}

TableRow row_of(const BucketRow& row, TimeMs now) {
    const std::string digits = std::to_string(row.bucket.month.value);
    const std::string month = digits.substr(0, 4) + "-" + digits.substr(4);
    const std::string retention(text_of(row.bucket.retention));
    json::array holds;
    std::string standing = row.is_due(now) ? "due" : now < row.shreddable ? "young" : "early";
    for (const crypto::HoldRecord& hold : row.holds) {
        holds.push_back({{"agency", hold.agency.text()}, {"number", hold.number}});
        standing += ", held by " + hold.agency.text() + " " + std::to_string(hold.number);
    }
    if (row.shredded) standing = "shredded by entry " + std::to_string(row.shredded->value);
    TableRow said;
    said.object = {{"opened", row.opened.value},
                   {"from", row.bucket.sender.text()},
                   {"to", row.bucket.recipient.text()},
                   {"month", month},
                   {"class", retention},
                   {"entries", nullptr},
                   {"shreddable", utc(row.shreddable)},
                   {"due_from", nullptr},
                   {"due", row.is_due(now)},
                   {"shredded", nullptr},
                   {"holds", std::move(holds)}};
    if (row.viewed) said.object["entries"] = *row.viewed;
    if (row.due) said.object["due_from"] = utc(*row.due);
    if (row.shredded) said.object["shredded"] = row.shredded->value;
    said.cells = {std::to_string(row.opened.value),
                  row.bucket.sender.text(),
                  row.bucket.recipient.text(),
                  month,
                  retention,
                  row.viewed ? std::to_string(*row.viewed) : "?",
                  row.due ? utc(*row.due) : "never by itself",
                  std::move(standing)};
    return said;
}

Said say(const ViewReport& report) {
    Said said;
    said.object = {{"complete", report.complete()},
                   {"reader", report.reader},
                   {"size", report.size},
                   {"viewed", report.viewed},
                   {"own", report.own},
                   {"opened", report.opened},
                   {"others", report.others},
                   {"directory", report.directory},
                   {"shredded", report.shredded},
                   {"pruned", report.pruned},
                   {"missing_total", report.missing_total},
                   {"unfounded_tombstones", report.unfounded_tombstones},
                   {"unfounded_total", report.unfounded.total},
                   {"contradictions", report.contradictions}};
    said.text = headline(report);
    if (report.shredded > 0) {
        said.text += "\n" + entries(report.shredded) + " of them shredded: place and proof stay";
    }
    if (report.pruned > 0) {
        said.text += "\n" + entries(report.pruned) +
                     " pruned: whose they were cannot be told any more; see the archive that the "
                     "PRUNE entry names";
    }
    said.text += "\n" + entries(report.others) + " of other agencies stay sealed; " +
                 entries(report.directory) + " are public";
    add_problems(said, report);
    said.text +=
        "\nNOT proven: that others are shown the same ledger (witnesses show that); what "
        "a sender never submitted";
    return said;
}

}  // namespace chapar::client
