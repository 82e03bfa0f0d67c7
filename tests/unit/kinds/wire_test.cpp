// Bytes of sealed content: those of the first release stay, and nothing rides along unseen.
#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <doctest/doctest.h>

#include <cstring>

#include "schemas/content_codec.h"
#include "schemas/kinds.h"
#include "schemas/kinds/code_set.h"
#include "schemas/kinds/code_text.h"
#include "schemas/kinds/kind_json.h"
#include "schemas/kinds/payload_facts.h"
#include "tests/support/results.h"
#include "tests/unit/kinds/examples.h"
#include "tests/unit/schemas/samples.h"

namespace chapar::testing {
namespace {

namespace json = boost::json;

std::uint64_t fnv(ByteView bytes) {
    std::uint64_t hash = 1469598103934665603U;
    for (const std::byte b : bytes) hash = (hash ^ static_cast<std::uint64_t>(b)) * 1099511628211U;
    return hash;
}

kj::Array<capnp::word> words_of(ByteView bytes) {
    auto words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
    std::memcpy(words.begin(), bytes.data(), bytes.size());
    return words;
}

enum class Extra { ZeroWord, Word, Pointer };

// Longer than any struct of a kind: canonical words leave out what is zero at a struct's end.
constexpr std::size_t kMoreWords = 8;
constexpr unsigned kMorePointers = 24;

// The same content with a longer payload struct.
Bytes widened(ByteView bytes, Extra extra) {
    const auto words = words_of(bytes);
    capnp::FlatArrayMessageReader in(words);
    const auto root = in.getRoot<capnp::AnyStruct>();
    const auto payload = root.getPointerSection()[1].getAs<capnp::AnyStruct>();
    capnp::MallocMessageBuilder message(static_cast<unsigned>(words.size() + 64));
    auto out = message.initRoot<capnp::AnyPointer>().initAsAnyStruct(1, 2);
    const auto copy = [](capnp::Data::Reader from, capnp::Data::Builder to) {
        std::memcpy(to.begin(), from.begin(), from.size());
    };
    copy(root.getDataSection(), out.getDataSection());
    out.getPointerSection()[0].set(root.getPointerSection()[0]);
    const auto data = payload.getDataSection();
    const auto pointers = payload.getPointerSection();
    auto wide = out.getPointerSection()[1].initAsAnyStruct(
        static_cast<std::uint16_t>(data.size() / 8 + kMoreWords),
        static_cast<std::uint16_t>(pointers.size() + kMorePointers));
    copy(data, wide.getDataSection());
    for (unsigned i = 0; i < pointers.size(); ++i) {
        wide.getPointerSection()[i].set(pointers[i]);
    }
    if (extra == Extra::Word) wide.getDataSection().back() = 1;
    if (extra == Extra::Pointer)
        wide.getPointerSection()[pointers.size() + kMorePointers - 1].setAs<capnp::Text>("x");
    const auto flat = capnp::messageToFlatArray(message);
    const auto all = flat.asBytes();
    return to_bytes({reinterpret_cast<const std::byte*>(all.begin()), all.size()});
}

}  // namespace

// Fails if an alert refuses, or changes, a code that only whoever has a newer list knows: theirs
// would be unreadable here, and ours could never be said.
TEST_CASE("an alert may say codes of open lists that are newer than this program") {
    schemas::SealedContent content = sample_alert();
    auto& alert = std::get<schemas::SeizureAlert>(content.payload);
    const auto next = [](std::string_view list) {
        return static_cast<std::uint8_t>(schemas::find_codes(list)->rows.size());
    };
    alert.concealment = static_cast<schemas::Concealment>(next("concealment"));
    alert.detection = static_cast<schemas::Detection>(200);
    alert.place_type = static_cast<schemas::SeizurePlace>(next("seizure-places"));
    alert.goods[0].substance.form = static_cast<schemas::SubstanceForm>(next("substance-forms"));
    alert.goods[0].purity = {{625, static_cast<schemas::PurityMethod>(next("purity-methods"))}};
    const auto opened = must(schemas::decode_content(must(schemas::encode_content(content))));
    CHECK(opened == content);
    const json::object shown = schemas::json_of_payload(opened.payload);
    CHECK(shown.at("detection") == "#201");
    const std::string number = "#" + std::to_string(next("concealment") + 1);
    CHECK(shown.at("concealment") == number.c_str());
    CHECK(schemas::code_text(*alert.concealment) == number);
    CHECK(schemas::code_text(schemas::Concealment::BodyWorn) == "BODY_WORN");

    std::vector<schemas::CodeText> texts;
    for (const schemas::CodeFile& list : schemas::CodeSet::built_in().files()) {
        std::string text = schemas::CodeSet::built_in().text(list.name);
        if (list.name == "concealment") text += number.substr(1) + ",SAMOVAR,In a,В,,,P,false\n";
        texts.push_back({std::string(list.name), std::move(text)});
    }
    const schemas::CodeSet newer = must(schemas::CodeSet::parse(std::move(texts)));
    const schemas::CodesInUse in_use(newer);
    CHECK(schemas::json_of_payload(opened.payload).at("concealment") == "SAMOVAR");
    CHECK(schemas::code_text(*alert.concealment) == "SAMOVAR");
}

namespace {

// "" where it was read; else the code of the refusal and its path.
std::string read_back(const json::object& alert,
                      schemas::UnlistedCodes unlisted = schemas::UnlistedCodes::Refused) {
    const auto read = schemas::payload_of_json(
        schemas::Kind::SeizureAlert, alert, [](std::string_view) { return false; }, unlisted);
    const auto* problem = std::get_if<schemas::KindProblem>(&read);
    return problem == nullptr ? "" : problem->path;
}

}  // namespace

// Fails if what is shown of a newer list cannot be written again: a correction of such a message,
// or a report of it, could not be sent. The other half fails if anything else begins with '#'.
TEST_CASE("a code of a newer open list reads back as it is shown, of a closed one nothing does") {
    schemas::SealedContent content = sample_alert();
    auto& alert = std::get<schemas::SeizureAlert>(content.payload);
    alert.detection = static_cast<schemas::Detection>(200);
    alert.goods[0].substance.form = static_cast<schemas::SubstanceForm>(254);
    const json::object shown = schemas::json_of_payload(content.payload);
    const auto read = schemas::payload_of_json(schemas::Kind::SeizureAlert, shown,
                                               [](std::string_view) { return false; });
    REQUIRE(std::holds_alternative<schemas::JsonPayload>(read));
    CHECK(std::get<schemas::JsonPayload>(read).payload == content.payload);
    const auto with = [&](const char* name, const char* value) {
        json::object changed = shown;
        changed[name] = value;
        return read_back(changed);
    };
    CHECK(with("detection", "#255").empty());
    CHECK(with("detection", "#1").empty());
    for (const char* number : {"#", "#0", "#256", "#01", "#-1", "#2x", "# 2", "##2",
                               "#18446744073709551617", "201", "@201"}) {
        CAPTURE(number);
        CHECK(with("detection", number) == "detection");
    }
    json::object closed = shown;
    closed["conveyance"].as_object()["mode"] = "#2";
    CHECK(read_back(closed) == "conveyance.mode");
}

// Fails if a slip is taken for a code of a newer list, or such a code cannot be carried on.
TEST_CASE(
    "a text of a newer list is carried on in its form, and refused where a person writes it") {
    json::object shown = schemas::json_of_payload(sample_alert().payload);
    shown["place"] = json::object{{"country", "QZ"}};
    CHECK(read_back(shown) == "place.country");
    CHECK(read_back(shown, schemas::UnlistedCodes::AsCarried).empty());
    shown["place"] = json::object{{"country", "QZX"}};
    CHECK(read_back(shown, schemas::UnlistedCodes::AsCarried) == "place.country");
}

// Fails if either field is not encoded, or makes an answer longer than one of the first release.
TEST_CASE("what came of an alert travels in an answer that is as long as any other") {
    schemas::SealedContent content;
    for (const schemas::SealedContent& sample : sample_contents()) {
        if (std::holds_alternative<schemas::InfoReply>(sample.payload)) content = sample;
    }
    const Bytes before = must(schemas::encode_content(content));
    auto& reply = std::get<schemas::InfoReply>(content.payload);
    reply.outcome = 7;
    reply.arrests = 0;
    const Bytes after = must(schemas::encode_content(content));
    CHECK(after.size() == before.size());
    CHECK(must(schemas::decode_content(after)) == content);
    const json::object shown = schemas::json_of_payload(content.payload);
    CHECK(shown.at("outcome") == "LED_TO_ARRESTS");
    CHECK(shown.at("arrests") == 0);
}

// Fails if either field is not encoded, or does not stand in bits that the first release left free:
// the struct would grow, and with it every alert.
TEST_CASE("an alert that says its kind of place and only a day is as long as one that does not") {
    schemas::SealedContent content = sample_alert();
    const Bytes before = must(schemas::encode_content(content));
    auto& alert = std::get<schemas::SeizureAlert>(content.payload);
    alert.place_type = schemas::SeizurePlace::RailStation;
    alert.day_only = true;
    const Bytes after = must(schemas::encode_content(content));
    CHECK(after.size() == before.size());
    CHECK(after != before);
    CHECK(must(schemas::decode_content(after)) == content);
    const json::object shown = schemas::json_of_payload(content.payload);
    CHECK(shown.at("place_type") == "rail-station");
    CHECK(shown.at("day_only") == true);
}

// Fails if a field of the first eight kinds moves: sealed content of the first release would read
// as something else.
TEST_CASE("content of the first eight kinds has the bytes that the first release gave it") {
    struct Row {
        std::size_t size;
        std::uint64_t hash;
    };
    constexpr Row kFirst[] = {
        {1616, 0x3c28dcaf74ab6730}, {960, 0x0c13714d16fe17ff}, {640, 0xffb503be3a738403},
        {416, 0xee9973f785b1481f},  {384, 0x4c1c432cb9019072}, {456, 0x48ad0aa275c9d10a},
        {416, 0x9a57be3558baf919},  {504, 0x378dfd63a2010193},
    };
    const auto contents = sample_contents();
    REQUIRE(contents.size() == std::size(kFirst));
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const Bytes bytes = schemas::encode_content(contents[i]).value();
        CAPTURE(i);
        CHECK(bytes.size() == kFirst[i].size);
        CHECK(fnv(bytes) == kFirst[i].hash);
    }
}

// Fails if has_unknown_words() is not asked: a newer sender's field would vanish at an older
// reader.
TEST_CASE("words that a struct of this version does not have are refused unless they are zero") {
    for (const char* kind :
         {"seizure-alert", "recall", "cd-request", "lookout-hit", "stat-report"}) {
        CAPTURE(kind);
        const auto read = must(client::parse_messages(json::serialize(example_of(kind))));
        const Bytes bytes = must(schemas::encode_content(content_of(read.front().draft)));
        const auto same = schemas::decode_content(widened(bytes, Extra::ZeroWord));
        REQUIRE(same.has_value());
        CHECK(*same == schemas::decode_content(bytes).value());
        for (const Extra extra : {Extra::Word, Extra::Pointer}) {
            const auto wide = schemas::decode_content(widened(bytes, extra));
            REQUIRE_FALSE(wide.has_value());
            CHECK(wide.error().code == Errc::FieldUnknown);
        }
    }
}

TEST_CASE("every strict prefix and every flipped bit of a content is refused or means something") {
    const auto read = must(client::parse_messages(json::serialize(example_of("cd-start"))));
    const Bytes bytes = must(schemas::encode_content(content_of(read.front().draft)));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(schemas::decode_content(ByteView(bytes).first(size)).has_value());
    }
    std::size_t read_back = 0;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        Bytes flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        const auto content = schemas::decode_content(flipped);
        if (!content) continue;
        const auto again = schemas::encode_content(*content);
        REQUIRE(again.has_value());
        CHECK(schemas::decode_content(*again).value() == *content);
        ++read_back;
    }
    MESSAGE(read_back << " of " << bytes.size() * 8 << " flipped bits still mean something");
}

// Fails if the builder leaves a field of the header to its author that the payload says.
TEST_CASE("a payload says what its header must say") {
    const auto facts = [](const char* kind) {
        const auto read = must(client::parse_messages(json::serialize(example_of(kind))));
        return schemas::facts_of(read.front().draft.payload);
    };
    CHECK(facts("seizure-alert").names_persons);
    CHECK(facts("fiu-request").names_persons);
    CHECK_FALSE(facts("cd-start").names_persons);
    CHECK_FALSE(facts("stat-report").names_persons);
    CHECK(facts("recall").supersedes.has_value());
    CHECK(facts("lookout-cancel").supersedes.has_value());
    CHECK(facts("release-request").in_reply_to.has_value());
    CHECK(facts("lookout-coerce").valid_until.has_value());
    CHECK_FALSE(facts("cd-consent").valid_until.has_value());
}

TEST_CASE("purpose and class are those of the kind where the file says none") {
    const auto options = [](const char* kind) {
        json::object message = example_of(kind);
        message.erase("purpose");
        message.erase("classification");
        const auto read = must(client::parse_messages(json::serialize(message)));
        return read.front().draft.options;
    };
    CHECK(options("cd-start").purpose == schemas::Purpose::Operation);
    CHECK(options("cd-start").classification == schemas::Classification::Confidential);
    CHECK(options("stat-report").purpose == schemas::Purpose::Statistics);
    CHECK(options("mla-status").purpose == schemas::Purpose::Judicial);
    CHECK(options("more-time").purpose == schemas::Purpose::Regulatory);
    CHECK(options("info-refusal").purpose == schemas::Purpose::Intel);
    CHECK(options("info-refusal").classification == schemas::Classification::Restricted);
}

}  // namespace chapar::testing
