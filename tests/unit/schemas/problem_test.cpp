#include <doctest/doctest.h>

#include "schemas/base/problem.h"

using namespace chapar;

TEST_CASE("a problem object has code, sentences, exit code and context, on one line") {
    const std::string line = problem_json(Error(Errc::StoreInUse, "/dir/\"lock\n"));
    CHECK(line.starts_with("{\"problem\":\"store.in-use\",\"sentence\":\""));
    CHECK(line.ends_with(",\"exit\":7,\"context\":\"/dir/\\\"lock\\u000a\"}"));
    CHECK(problem_json(Error(Errc::StoreInUse)).find("context") == std::string::npos);
}

TEST_CASE("a problem in words says where, what was left unchanged and what to do next") {
    const std::string text = problem_text(Error(Errc::Queued, "019a"));
    CHECK(text.starts_with("queued: "));
    CHECK(text.find("\n  where: 019a\n") != std::string::npos);
    CHECK(text.find("\n  next: ") != std::string::npos);
}

TEST_CASE("json_escape leaves ASCII only, and broken UTF-8 becomes the replacement character") {
    CHECK(json_escape("a\"b\\c") == "a\\\"b\\\\c");
    CHECK(json_escape("\x1b[31m\x7f") == "\\u001b[31m\\u007f");
    CHECK(json_escape("Нижний") == "\\u041d\\u0438\\u0436\\u043d\\u0438\\u0439");
    CHECK(json_escape("\U0001F40E") == "\\ud83d\\udc0e");
    CHECK(json_escape("\xE2\x80\xAE") == "\\u202e");            // a bidirectional override
    CHECK(json_escape("x\xFFy") == "x\\ufffdy");                // no lead byte
    CHECK(json_escape("\xC0\xAF") == "\\ufffd\\ufffd");         // over-long
    CHECK(json_escape("\xED\xA0\x80").starts_with("\\ufffd"));  // a surrogate
    CHECK(json_escape("\xD0") == "\\ufffd");                    // cut off
}
