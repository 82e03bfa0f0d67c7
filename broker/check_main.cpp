#include "broker/check_main.h"

#include <boost/json.hpp>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

#include "broker/check_run.h"
#include "broker/edge/files.h"
#include "broker/in_child.h"
#include "broker/program.h"
#include "broker/rebuild.h"
#include "schemas/base/shown.h"

namespace chapar::broker {
namespace {
namespace json = boost::json;

constexpr const char* kUsage = "chapard check --dir DIR [--json] [--rebuild [--accept]]";

struct Arguments {
    std::filesystem::path directory;
    bool json = false;
    bool rebuild = false;
    Differences differences = Differences::Refused;
};

Result<Arguments> parse_arguments(int argc, char** argv) {
    Arguments out;
    for (int i = 2; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--dir" && i + 1 < argc && out.directory.empty()) {
            out.directory = argv[++i];
        } else if (word == "--json") {
            out.json = true;
        } else if (word == "--rebuild") {
            out.rebuild = true;
        } else if (word == "--accept") {
            out.differences = Differences::Accepted;
        } else {
            return Error(Errc::Usage, kUsage);
        }
    }
    const bool accepts = out.differences == Differences::Accepted;
    if (out.directory.empty() || (accepts && !out.rebuild)) return Error(Errc::Usage, kUsage);
    return out;
}

// The child's words, "done {json}" or "failed CODE WHAT", become the report again.
Result<json::object> rebuild_in_child(const std::filesystem::path& directory,
                                      Differences differences) {
    const FileDescriptor lock = CHAPAR_TRY(lock_file(directory / "lock"));
    const ChildEnd end = CHAPAR_TRY(run_in_child([&](const Say& say) {
        const auto report = rebuild_store(directory, differences);
        if (!report) {
            say("failed " + std::to_string(static_cast<int>(report.error().code)) + " " +
                report.error().context);
            return 1;
        }
        say("done " + json::serialize(json::object{{"size", report->size.value},
                                                   {"operations", report->operations},
                                                   {"carried", report->carried},
                                                   {"left_out", report->left_out},
                                                   {"lost", report->lost},
                                                   {"erased", report->erased},
                                                   {"differs", report->differs},
                                                   {"first_difference", report->first_difference},
                                                   {"damaged_store", report->damaged_store}}));
        return 0;
    }));
    if (end.signal != 0) {
        return Error(Errc::StoreDamaged,
                     "the rebuild was ended by signal " + std::to_string(end.signal));
    }
    if (end.lines.empty()) return Error(Errc::Internal, "the rebuild said nothing");
    std::string_view line = end.lines.back();
    if (line.starts_with("done ")) {
        line.remove_prefix(5);
        return json::parse({line.data(), line.size()}).as_object();
    }
    int code = static_cast<int>(Errc::Internal);
    const auto digits = line.substr(std::min(line.size(), line.find(' ') + 1));
    const auto past = std::from_chars(digits.data(), digits.data() + digits.size(), code).ptr;
    return Error(static_cast<Errc>(code), std::string(past, digits.data() + digits.size()));
}

bool is_changed(const json::object& rebuilt) {
    return !rebuilt.at("damaged_store").as_string().empty();
}

json::object report_json(const CheckReport& report, const std::optional<json::object>& rebuilt) {
    json::array parts;
    for (const PartVerdict& part : report.parts) {
        json::object one{{"part", part.part}, {"looked_at", part.looked_at}, {"wrong", part.wrong}};
        if (part.wrong > 0) one["first"] = part.first;
        if (!part.passed_over.empty()) one["not_looked_at"] = part.passed_over;
        parts.push_back(std::move(one));
    }
    json::object out{{"right", report.right()},
                     {"complete", report.passed_over() == 0},
                     {"running", report.running}};
    if (!report.right()) out["rebuildable"] = report.rebuildable();
    if (rebuilt) out["rebuilt"] = *rebuilt;
    out["parts"] = std::move(parts);
    return out;
}

std::string word_of(const PartVerdict& part) {
    if (part.wrong > 0) return "WRONG    ";
    return part.passed_over.empty() ? "right    " : "not seen ";
}

void print_text(const CheckReport& report, const std::optional<json::object>& rebuilt) {
    std::string text;
    if (rebuilt) {
        text += (is_changed(*rebuilt) ? "Made anew from the ledger: "
                                      : "NOTHING CHANGED: rows of the store say otherwise than its "
                                        "ledger; --accept takes the ledger's word for them: ") +
                json::serialize(*rebuilt) + "\n";
    }
    for (const PartVerdict& part : report.parts) {
        text += word_of(part) + part.part + ": " + std::to_string(part.looked_at) + " looked at";
        if (part.wrong > 0) {
            text += ", " + std::to_string(part.wrong) + " wrong; the first: " + shown(part.first);
        } else if (!part.passed_over.empty()) {
            text += ", not the rest: " + shown(part.passed_over);
        }
        text += "\n";
    }
    if (report.right() && report.passed_over() > 0) {
        text += "What was looked at is right. Not looked at whole: " +
                std::to_string(report.passed_over()) + " of " +
                std::to_string(report.parts.size()) + " parts.\n";
    } else if (report.right()) {
        text += "All " + std::to_string(report.parts.size()) + " parts are right.\n";
    } else if (report.rebuildable()) {
        text +=
            "The ledger is whole. Stop chapard; chapard check --dir DIR --rebuild makes the rest "
            "anew from it.\n";
    } else {
        text +=
            "Not all of this can be made anew. Restore a backup into a new directory, and repair "
            "it from an export (chapard repair); --rebuild keeps what is right of this one.\n";
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
}

Result<bool> check(const Arguments& arguments) {
    std::optional<json::object> rebuilt;
    if (arguments.rebuild) {
        rebuilt = CHAPAR_TRY(rebuild_in_child(arguments.directory, arguments.differences));
    }
    const CheckReport report = CHAPAR_TRY(check_directory(arguments.directory));
    if (arguments.json) {
        std::printf("%s\n", shown_json(json::serialize(report_json(report, rebuilt))).c_str());
    } else {
        print_text(report, rebuilt);
    }
    return report.right() && (!rebuilt || is_changed(*rebuilt));
}

}  // namespace

int check_main(int argc, char** argv) {
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) return exit_with(arguments.error());
    const auto right = check(*arguments);
    if (!right) return exit_with(right.error());
    return static_cast<int>(*right ? ExitCode::Done : ExitCode::VerificationFailed);
}

}  // namespace chapar::broker
