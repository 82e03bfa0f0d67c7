#include "broker/edge/config.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace chapar;
using namespace chapar::broker;

namespace {

std::string problem_of(std::string_view text) {
    const auto config = parse_config(text);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == Errc::ConfigInvalid);
    return config.error().context;
}

}  // namespace

TEST_CASE("an empty configuration is the default one") {
    const auto config = parse_config("");
    REQUIRE(config);
    CHECK(config->sessions.in_flight == 1024);
    CHECK(config->listen == "tcp://127.0.0.1:7415");
}

TEST_CASE("every setting of the shipped file is read and equals the default") {
    const auto config = read_config(CHAPAR_SOURCE_DIR "/ops/config/chapard.toml");
    REQUIRE_MESSAGE(config, (config ? "" : config.error().context));
    const Config plain;
    CHECK(config->listen == plain.listen);
    CHECK(config->map_size == plain.map_size);
    CHECK(config->workers == plain.workers);
    CHECK(config->mailbox_quota == plain.mailbox_quota);
    CHECK(config->quotas.agency_mail_rows == plain.quotas.agency_mail_rows);
    CHECK(config->quotas.agency_mail_bytes == plain.quotas.agency_mail_bytes);
    CHECK(config->published_head == plain.published_head);
    CHECK(config->tick.max_operations == plain.tick.max_operations);
    CHECK(config->tick.max_wait == plain.tick.max_wait);
    CHECK(config->sessions.count == plain.sessions.count);
    CHECK(config->sessions.credit == plain.sessions.credit);
    CHECK(config->sessions.handshake == plain.sessions.handshake);
    CHECK(config->sessions.hello == plain.sessions.hello);
    CHECK(config->attachments.upload_bytes == plain.attachments.upload_bytes);
    CHECK(config->attachments.held_bytes == plain.attachments.held_bytes);
    CHECK(config->attachments.free_bytes == plain.attachments.free_bytes);
}

TEST_CASE("a syntax error names its line and column") {
    CHECK(problem_of("workers = 2\nlisten = \"tcp://").starts_with("line 2, column "));
}

TEST_CASE("an unknown setting is refused where it stands") {
    CHECK(problem_of("workers = 2\n\nwokers = 3\n") == "line 3, column 1: unknown setting wokers");
    CHECK(problem_of("[tick]\nmax_op = 3\n") == "line 2, column 1: unknown setting tick.max_op");
    CHECK(problem_of("[ticks]\nmax_operations = 3\n").find("unknown setting ticks") !=
          std::string::npos);
}

TEST_CASE("a value of the wrong type or out of bounds is refused with its line and column") {
    CHECK(problem_of("workers = \"two\"\n") == "line 1, column 11: workers must be a number");
    CHECK(problem_of("workers = 0\n") == "line 1, column 11: workers must be 1 to 64");
    CHECK(problem_of("workers = 65\n") == "line 1, column 11: workers must be 1 to 64");
    CHECK(problem_of("[sessions]\nin_flight = -1\n") ==
          "line 2, column 13: sessions.in_flight must be 1 to 65536");
    CHECK(problem_of("sessions = 3\n") == "line 1, column 12: sessions must be a table");
}

TEST_CASE("only a numeric IPv4 address with a port can be listened on") {
    for (const char* bad :
         {"tcp://*:7415", "tcp://localhost:1", "tcp://127.0.0.1", "tcp://127.0.0.1:65536",
          "ipc:///tmp/x", "tcp://127.0.0.1:1x", "tcp://:1", "tcp://127.0.0.1:"}) {
        CAPTURE(bad);
        CHECK(problem_of("listen = \"" + std::string(bad) + "\"").starts_with("line 1, column 10"));
    }
    CHECK(parse_config("listen = \"tcp://0.0.0.0:0\""));
}

TEST_CASE("witnesses are reached by CURVE or by http, and only with a policy") {
    const std::string policy = "[ledger]\nwitness_policy = \"p\"\nhigh_water = \"/v/hw\"\n";
    const std::string curve =
        "[[witness]]\nname = \"a\"\nendpoint = \"tcp://127.0.0.1:1\"\ncurve = \"" +
        std::string(64, 'a') + "\"\n";
    const std::string http = "[[witness]]\nname = \"b\"\nurl = \"http://host:81/x/\"\n";
    const auto config = parse_config(policy + curve + http).value();
    CHECK(config.ledger.high_water == "/v/hw");
    CHECK(config.ledger.kek == "kek/ledger.kek");
    CHECK(config.ledger.witness_outage == kDay);
    CHECK(parse_config("[ledger]\nwitness_outage_hours = 0\n")->ledger.witness_outage.value == 0);
    CHECK(parse_config("[ledger]\nwitness_outage_hours = 3\n")->ledger.witness_outage == kHour * 3);
    CHECK_FALSE(parse_config("[ledger]\nwitness_outage_hours = -1\n"));
    REQUIRE(config.witnesses.size() == 2);
    CHECK(config.witnesses[0].curve.bytes[31] == std::byte{0xaa});
    CHECK(config.witnesses[1].url == "http://host:81/x/");
    const auto url = parse_http_url("http://host:81/x/").value();
    CHECK(url.host == "host");
    CHECK(url.port == "81");
    CHECK(url.prefix == "/x");
    CHECK_FALSE(parse_config(curve));
    CHECK_FALSE(parse_config(policy + curve + curve));
    for (const char* bad : {"https://h/", "http://", "http://h:0/", "http://h:1x/", "http://u@h/",
                            "http://h/?q", "tcp://h"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_http_url(bad));
        CHECK_FALSE(parse_config(policy + "[[witness]]\nname = \"a\"\nurl = \"" + bad + "\"\n"));
    }
    CHECK_FALSE(
        parse_config(policy + "[[witness]]\nname = \"a\"\nendpoint = \"tcp://1.2.3.4:5\"\n"));
}
