#include <unistd.h>

#include <cstdio>

#include "client/cli/device/key_expiry.h"
#include "client/cli/records/policy_file.h"
#include "client/cli/records/policy_words.h"
#include "client/cli/records/record_words.h"
#include "client/cli/terminal/output.h"
#include "tests/unit/client_ceremony/persons.h"

namespace chapar::testing {

namespace {

bool says(const client::RecordWords& words, const std::string& text) {
    return client::as_text(words).find(text) != std::string::npos;
}

client::PolicyFile one_rule(const std::string& more, const std::string& effect = "permit") {
    return must(
        client::parse_policy("agency = \"TJ-DCA\"\n[[rule]]\nid = \"r\"\n"
                             "direction = \"export\"\neffect = \"" +
                             effect +
                             "\"\nkinds = \"any\"\nclass_max = \"restricted\"\n"
                             "from = \"any\"\nto = \"any\"\n" +
                             more));
}

Errc refused(const std::string& more, const std::string& effect = "permit") {
    const auto file = client::parse_policy(
        "agency = \"TJ-DCA\"\n[[rule]]\nid = \"r\"\ndirection = \"export\"\neffect = \"" + effect +
        "\"\nkinds = \"any\"\nclass_max = \"restricted\"\nfrom = \"any\"\nto = \"any\"\n" + more);
    return error_of(file);
}

}  // namespace

TEST_CASE("what a person signs is shown in full: who, what, until when, instead of what") {
    Persons persons;
    const auto agency = must(client::words_for(persons.agency.records[0]));
    CHECK(agency.kind == "agency");
    CHECK(says(agency, "agency TJ-DCA"));
    CHECK(says(agency, "2 of 3"));
    for (const crypto::SigningKey& root : persons.roots) {
        CHECK(says(agency, client::words_of(root.public_key())));
    }
    CHECK(says(agency, agency.check));
    const auto registrars = must(client::words_for(persons.appointment.records[0]));
    CHECK(says(registrars,
               "registrar heron: " + client::words_of(persons.registrars[0].public_key())));
    CHECK(says(registrars, "2 of 2 sign together"));
    const auto records = must(client::grant_request(
        persons.ask(client::RequestPurpose::Recover, some_hash(0xab)), {}, {}, kNow));
    const auto device = must(client::words_for(records[0]));
    CHECK(says(device, "officer: falcon"));
    CHECK(says(device, "replaces certificate abababababababab"));
    const auto revoke = must(client::words_for(records[1]));
    CHECK(says(revoke, "revocation of certificate abababababababab"));
    CHECK(says(revoke, "superseded"));
}

TEST_CASE("the roots that an agency confirms are shown with threshold and words") {
    Persons persons;
    const auto record = must(
        client::draft_peers(agency_id("AF-CNP"), {{*persons.agency.roots}, {}}, std::nullopt, {}));
    const auto words = must(client::words_for(record));
    CHECK(says(words, "TJ-DCA: 2 of 3, check words: " + client::words_of(*persons.agency.roots)));
    const auto nobody = must(client::draft_peers(agency_id(), {}, std::nullopt, {}));
    CHECK(says(must(client::words_for(nobody)), "nobody else is trusted"));
}

TEST_CASE("a record that says nothing is not shown, hence not signed") {
    CHECK_FALSE(client::words_for({crypto::RecordType::Device, to_bytes("x"), {}}).has_value());
    CHECK(error_of(client::words_for({crypto::RecordType::Bundle, {}, {}})) == Errc::RecordRefused);
    CHECK_FALSE(client::words_for({crypto::RecordType::Manifest, {}, {}}).has_value());
    CHECK_FALSE(client::words_for({crypto::RecordType::Succession, to_bytes("x"), {}}).has_value());
}

// Fails if a name goes to the terminal as it came.
TEST_CASE("a name cannot steer the terminal or turn the order of writing") {
    CHECK(shown("falcon") == "falcon");
    CHECK(shown("сокол") == "сокол");
    CHECK(shown("نمی\u200Cداند") == "نمی\u200Cداند");  // the joiner is part of the word
    CHECK(shown("a\x1b[2Jb") == "a\\u{001B}[2Jb");
    CHECK(shown("a\u202Eb\u2066\u200F\u061C") == "a\\u{202E}b\\u{2066}\\u{200F}\\u{061C}");
    CHECK(shown("a\u2028\u200B") == "a\\u{2028}\\u{200B}");
    CHECK(shown("a\xc2\x9b"
                "b") == "a\\u{009B}b");                // C1
    CHECK(shown("\xe2\x80") == "\\u{FFFD}\\u{FFFD}");  // cut short: nothing is read past it
    CHECK(shown("a\nb") == "a\\u{000A}b");
    CHECK(shown("a\nb", ShownForm::Lines) == "a\nb");
}

// Fails if a character is lost, or one that steers a terminal stays.
TEST_CASE("what is hidden in JSON is escaped and its value is the same") {
    const std::string steering = "a\u202E\xc2\x9b\x7f\nنمی\u200Cداند\U000E0041";
    const std::string text = shown_json(boost::json::serialize(boost::json::string(steering)));
    CHECK(text == "\"a\\u202e\\u009b\\u007f\\nنمی\u200Cداند\\udb40\\udc41\"");
    CHECK(boost::json::parse(text).as_string() == steering);
}

namespace {

// What a file descriptor is given while `speak` runs.
template <typename Speak>
std::string written_to(int descriptor, Speak speak) {
    std::fflush(nullptr);  // what was said before goes where it was meant to
    std::FILE* file = std::tmpfile();
    const int before = ::dup(descriptor);
    ::dup2(::fileno(file), descriptor);
    speak();
    ::dup2(before, descriptor);
    ::close(before);
    std::rewind(file);
    std::string out(4096, '\0');
    out.resize(std::fread(out.data(), 1, out.size(), file));
    std::fclose(file);
    return out;
}

}  // namespace

// Fails if a way out of the program has no filter.
TEST_CASE("results, warnings and problems cannot steer the terminal") {
    const std::string hostile = "x\x1b]0;y\u202E";
    client::Output output;
    const boost::json::object object{{"name", hostile}};
    const std::string visible = "x\\u{001B}]0;y\\u{202E}";
    CHECK(written_to(1, [&] { output.result(object, "1\n" + hostile); }) == "1\n" + visible + "\n");
    CHECK(written_to(2, [&] { output.warning(hostile + "\n"); }) ==
          "warning: " + visible + "\\u{000A}\n");
    const auto problem = [&] { (void)output.problem(Error(Errc::NotFound, hostile)); };
    CHECK(written_to(2, problem).find("where: " + visible + "\n") != std::string::npos);
    output.set_form(client::Output::Form::Json);
    CHECK(written_to(1, [&] { output.result(object, ""); }) ==
          "{\"name\":\"x\\u001b]0;y\\u202e\"}\n");
    CHECK(written_to(2, [&] { output.warning(hostile); }) ==
          "{\"warning\":\"x\\u001b]0;y\\u202e\"}\n");
}

TEST_CASE("a policy rule may ask for approvals by a role and limit the size") {
    const auto rule =
        one_rule("approvals = 2\napprover_role = \"prosecutor\"\nsize_max = 1048576\n").rules.at(0);
    CHECK(rule.approvals == 2);
    CHECK(rule.approver_role == crypto::office_role::kProsecutor);
    CHECK(rule.size_max == 1048576);
    const std::string text = client::rule_text(rule);
    CHECK(text.find("2 approvals by a prosecutor, at most 1048576 bytes") != std::string::npos);
    const auto plain = one_rule("").rules.at(0);
    CHECK(plain.approvals == 0);
    CHECK(plain.approver_role == 0);
    CHECK(plain.size_max == 0);
    CHECK(client::rule_text(plain).ends_with("is permitted"));
}

// Fails if read_conditions() lets a record through that no reader of the ledger would take.
TEST_CASE("conditions of a rule that make no sense are refused with their place") {
    CHECK(refused("approvals = 2\n") == Errc::ConfigInvalid);
    CHECK(refused("approver_role = \"supervisor\"\n") == Errc::ConfigInvalid);
    CHECK(refused("approvals = 9\napprover_role = \"supervisor\"\n") == Errc::ConfigInvalid);
    CHECK(refused("approvals = 0\napprover_role = \"supervisor\"\n") == Errc::ConfigInvalid);
    CHECK(refused("approvals = -1\napprover_role = \"supervisor\"\n") == Errc::ConfigInvalid);
    CHECK(refused("approvals = \"2\"\napprover_role = \"supervisor\"\n") == Errc::ConfigInvalid);
    CHECK(refused("approvals = 1\napprover_role = \"king\"\n") == Errc::ConfigInvalid);
    CHECK(refused("size_max = 0\n") == Errc::ConfigInvalid);
    CHECK(refused("size_max = 10\n", "deny") == Errc::ConfigInvalid);
    CHECK(refused("approvals = 1\napprover_role = \"supervisor\"\n", "deny") ==
          Errc::ConfigInvalid);
}

TEST_CASE("roles and reasons have one name each") {
    CHECK(client::role_names(15) == "liaison, auditor, supervisor, prosecutor");
    CHECK(must(client::role_bit("supervisor")) == crypto::office_role::kSupervisor);
    CHECK(error_of(client::role_bit("boss")) == Errc::FieldInvalid);
    CHECK(must(client::reason_named("left-service")) == crypto::RevokeReason::LeftService);
    CHECK(error_of(client::reason_named("")) == Errc::FieldInvalid);
}

TEST_CASE("a certificate is warned of from 30 days on, otherwise in the last week and at the end") {
    Persons persons;
    crypto::DeviceRecord record{persons.ask().request, {kNow, kNow + kDay * 100}, 1, {}};
    const auto at = [&](std::uint64_t days_before_end) {
        return client::expiry_warning(
            TimeMs(record.validity.to.value - days_before_end * kDay.value), record);
    };
    CHECK_FALSE(at(31).has_value());
    REQUIRE(at(30).has_value());
    CHECK(at(30)->find("30 days") != std::string::npos);
    CHECK(at(30)->find("key renew") != std::string::npos);
    CHECK(at(7)->find("this week") != std::string::npos);
    CHECK(at(1)->find("within 2 days") != std::string::npos);
    const auto today =
        client::expiry_warning(TimeMs(record.validity.to.value - kHour.value), record);
    CHECK(today->find("TODAY") != std::string::npos);
    CHECK(at(0)->find("has ended") != std::string::npos);
    CHECK(at(0)->find("key recover") != std::string::npos);
}

}  // namespace chapar::testing
