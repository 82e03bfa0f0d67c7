#include "broker/replay_output.h"

#include <boost/json.hpp>
#include <cstdio>
#include <string>

#include "schemas/base/hex.h"
#include "schemas/base/shown.h"

namespace chapar::broker {
namespace {
namespace json = boost::json;

using ull = unsigned long long;

const char* word(Effect effect) { return effect == Effect::Permit ? "permit" : "deny"; }

std::string holder(const RecordedKeys& keys) {
    if (keys.agency) return keys.agency->text();
    return keys.holder == KeyHolder::Centre ? "centre auditor" : "none";
}

json::object not_retaken_json(const NotRetaken& gaps) {
    json::array dependents;
    for (const EntryIndex entry : gaps.dependents) dependents.push_back(entry.value);
    return {{"shredded", gaps.shredded},
            {"pruned", gaps.pruned},
            {"foreign", gaps.foreign},
            {"dependent", gaps.dependent},
            {"entries", std::move(dependents)}};
}

json::object report_json(const ReplayReport& report, const RecordedKeys& keys) {
    json::array differences;
    for (const Difference& one : report.differences) {
        differences.push_back({{"entry", one.entry.value},
                               {"operation", one.operation},
                               {"rule", one.rule},
                               {"expected", one.expected},
                               {"found", one.found}});
    }
    json::array changed;
    for (const ChangedDecision& one : report.changed) {
        changed.push_back({{"entry", one.entry.value},
                           {"envelope", to_hex(one.envelope.view())},
                           {"recorded", word(one.recorded)},
                           {"without", word(one.without)}});
    }
    return {{"replayed", report.equal()},
            {"key", holder(keys)},
            {"entries", report.entries},
            {"operations", report.operations},
            {"decisions", report.decisions},
            {"facts", report.facts},
            {"not_retakeable", not_retaken_json(report.not_retaken)},
            {"size", report.size.value},
            {"root", to_hex(report.root.view())},
            {"recorded_root", to_hex(report.recorded_root.view())},
            {"differences_total", report.differences_total},
            {"differences", std::move(differences)},
            {"changed", std::move(changed)}};
}

void print_gaps(const NotRetaken& gaps) {
    if (gaps.shredded > 0) {
        std::printf("%llu entries were shredded: taken as they stand\n",
                    static_cast<ull>(gaps.shredded));
    }
    if (gaps.pruned > 0) {
        std::printf("%llu entries were pruned: taken as they stand\n",
                    static_cast<ull>(gaps.pruned));
    }
    if (gaps.foreign > 0) {
        std::printf("%llu entries are sealed to others: taken as they stand\n",
                    static_cast<ull>(gaps.foreign));
    }
    if (gaps.dependent == 0) return;
    std::printf("%llu decisions are not re-takeable, because they rest on those:",
                static_cast<ull>(gaps.dependent));
    for (const EntryIndex entry : gaps.dependents) {
        std::printf(" %llu", static_cast<ull>(entry.value));
    }
    std::printf("%s\n", gaps.dependent > gaps.dependents.size() ? " .." : "");
}

void print_changed(const ReplayReport& report, const std::optional<RuleName>& without) {
    if (without) {
        std::printf("without %s/%s %zu decisions would be others\n", without->agency.text().c_str(),
                    without->rule.c_str(), report.changed.size());
    }
    for (const ChangedDecision& one : report.changed) {
        std::printf("entry %llu: recorded %s, without the rule %s\n",
                    static_cast<ull>(one.entry.value), word(one.recorded), word(one.without));
    }
}

const char* verdict(const ReplayReport& report, const RecordedKeys& keys) {
    if (!report.equal()) return "NOT replayed: the record is not what these operations give";
    if (keys.holder == KeyHolder::Nobody) return "replayed: public entries re-taken";
    if (keys.agency) return "replayed: public entries re-taken, own entries fit what they record";
    const NotRetaken& gaps = report.not_retaken;
    if (gaps.shredded + gaps.pruned == 0) return "replayed: every decision is the recorded one";
    return "replayed: every decision that can be taken again is the recorded one";
}

void print_text(const ReplayReport& report, const RecordedKeys& keys,
                const ReplayOptions& options) {
    std::printf("%llu entries, %llu operations, %llu decisions on envelopes taken again\n",
                static_cast<ull>(report.entries), static_cast<ull>(report.operations),
                static_cast<ull>(report.decisions));
    if (keys.agency) {
        std::printf("%llu entries of %s checked against what they record\n",
                    static_cast<ull>(report.facts), keys.agency->text().c_str());
    }
    print_gaps(report.not_retaken);
    for (const Difference& one : report.differences) {
        std::printf("entry %llu, %s, %s: expected %s, found %s\n",
                    static_cast<ull>(one.entry.value), one.operation.c_str(), one.rule.c_str(),
                    one.expected.c_str(), one.found.c_str());
    }
    if (report.differences_total > report.differences.size()) {
        std::printf("%llu differences in all\n", static_cast<ull>(report.differences_total));
    }
    print_changed(report, options.without);
    std::printf("root %s\n%s\n", to_hex(report.root.view()).c_str(), verdict(report, keys));
}

}  // namespace

void print_report(const ReplayReport& report, const RecordedKeys& keys,
                  const ReplayOptions& options, Form form) {
    if (form == Form::Text) return print_text(report, keys, options);
    std::printf("%s\n", json::serialize(report_json(report, keys)).c_str());
}

StandingSink standing_printer(Form form) {
    return [form](const StandingRow& row) {
        if (form == Form::Json) {
            json::object object{{"standing", row.what}};
            for (const auto& [name, value] : row.fields) object[name] = value;
            std::printf("%s\n", json::serialize(object).c_str());
            return;
        }
        std::string line = row.what;
        line.resize(10, ' ');
        for (const auto& [name, value] : row.fields) {
            const bool hash = value.size() == 64;
            line += name + " " + (hash ? value.substr(0, 16) : shown(value)) + "  ";
        }
        std::printf("%s\n", line.c_str());
    };
}

}  // namespace chapar::broker
