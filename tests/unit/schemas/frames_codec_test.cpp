#include "schemas/frames_codec.h"

#include <doctest/doctest.h>

#include <functional>

#include "schemas/base/limits.h"
#include "tests/unit/schemas/samples.h"
#include "tests/unit/schemas/words.h"

using namespace chapar;
using namespace chapar::schemas;
using namespace chapar::testing;

namespace {

void check_refused(ByteView bytes, const char* context) {
    const Result<Frame> frame = decode_frame(bytes);
    REQUIRE_FALSE(frame.has_value());
    CHECK(frame.error().code == Errc::MalformedFrame);
    CHECK(frame.error().context == context);
}

// A segment table and the words.
Bytes framed(const Words& words) {
    Words all{words.size() << 32};
    all.insert(all.end(), words.begin(), words.end());
    return bytes_of(all);
}

// The member number of a frame: the first u16 of the root's data section, behind table and root.
constexpr std::size_t kMemberAt = 16;

Submit with_submit(const std::function<void(Submit&)>& change) {
    Submit frame = sample_submit();
    change(frame);
    return frame;
}

}  // namespace

TEST_CASE("a frame of every member is read back as it was written") {
    std::size_t members = 0;
    std::size_t last = std::variant_npos;
    for (const Frame& frame : sample_frames()) {
        CAPTURE(frame.index());
        if (frame.index() != last) ++members;
        last = frame.index();
        const Result<Frame> read = decode_frame(encode_frame(frame));
        REQUIRE(read.has_value());
        CHECK(*read == frame);
    }
    CHECK(members == std::variant_size_v<Frame>);
}

TEST_CASE("a frame has one segment of exactly the announced words") {
    for (const Frame& frame : sample_frames()) {
        CAPTURE(frame.index());
        const Bytes good = encode_frame(frame);
        Bytes trailing = good;
        trailing.push_back(std::byte{0});
        check_refused(trailing, "segment table");
        trailing.resize(good.size() + 8);
        check_refused(trailing, "segment table");
        for (std::size_t size = 0; size < good.size(); size += 4) {
            CHECK_FALSE(decode_frame(ByteView(good).first(size)).has_value());
        }
        Bytes segments = good;
        segments[0] = std::byte{1};
        check_refused(segments, "segment table");
        std::fill(segments.begin(), segments.begin() + 4, std::byte{0xFF});
        check_refused(segments, "segment table");
        Bytes words = good;
        std::fill(words.begin() + 4, words.begin() + 8, std::byte{0xFF});
        check_refused(words, "segment table");
    }
    // Two segments as Cap'n Proto would frame them: count, two sizes, padding.
    check_refused(bytes_of({1ULL | 1ULL << 32, 0, struct_pointer(0, 0, 0)}), "segment table");
    check_refused({}, "segment table");
    check_refused(framed({}), "segment table");
}

TEST_CASE("reserved and unknown members are refused") {
    for (const auto& [member, context] :
         {std::pair{21, "relay is reserved"}, {29, "unknown frame"}, {255, "unknown frame"}}) {
        Bytes bytes = encode_frame(StatusAsk{});
        REQUIRE(bytes[kMemberAt] == std::byte{18});
        bytes[kMemberAt] = static_cast<std::byte>(member);
        check_refused(bytes, context);
    }
}

TEST_CASE("a member is not read as another one") {
    Bytes bytes = encode_frame(StatusReport{{{"name", "value"}}});
    bytes[kMemberAt] = std::byte{2};  // hello: a struct where a list stands
    CHECK_FALSE(decode_frame(bytes).has_value());
    bytes[kMemberAt] = std::byte{17};  // publish: bytes
    check_refused(bytes, "pointers");
}

TEST_CASE("pointers out of the segment, and those that need a second one, are refused") {
    const Words pointers{
        list_pointer(1000, 2, 10), list_pointer(0, 2, 1ULL << 28), 2ULL,
        3ULL | 7ULL << 32,         list_pointer(0, 7, 1),          list_pointer(0x3FFFFFFE, 2, 32)};
    for (const std::uint64_t pointer : pointers) {
        CAPTURE(pointer);
        // A frame `publish` with this pointer.
        CHECK_FALSE(decode_frame(framed({struct_pointer(0, 2, 1), 17, 0, pointer})).has_value());
    }
}

TEST_CASE("a chain of structs deeper than any frame is not followed") {
    Words words{struct_pointer(0, 2, 1), 3, 0};  // welcome
    for (int level = 0; level < 1000; ++level) words.push_back(struct_pointer(0, 0, 1));
    words.push_back(struct_pointer(0, 0, 1));
    words.push_back(0);
    CHECK_FALSE(decode_frame(framed(words)).has_value());
}

TEST_CASE("a list of many elements without a byte is not walked") {
    for (const std::uint64_t count : {1ULL << 20, (1ULL << 29) - 1}) {
        // A frame `submit` whose envelopes are `count` structs of no words.
        const Words words{struct_pointer(0, 2, 1),    4, 0,
                          struct_pointer(0, 0, 2),    0, list_pointer(0, 7, 0),
                          struct_pointer(count, 0, 0)};
        CHECK_FALSE(decode_frame(framed(words)).has_value());
    }
}

TEST_CASE("the same words cannot be read again and again") {
    constexpr std::size_t kLarge = 200'000;
    Submit frame = sample_submit();
    frame.envelopes.resize(1);
    frame.envelopes[0].streams.assign(limits::kStreams, Bytes(8));
    frame.envelopes[0].streams[0] = Bytes(kLarge);
    Words words = words_of(encode_frame(frame));
    const auto is_large = [](std::uint64_t word) {
        return (word & 3) == 1 && word >> 32 == (2 | kLarge << 3);
    };
    const auto found = std::ranges::find_if(words, is_large);
    REQUIRE(found != words.end());
    const std::uint64_t offset = offset_of(*found);
    const auto alias = [&](std::size_t streams) {
        for (std::size_t i = 1; i < streams; ++i) {
            found[static_cast<std::ptrdiff_t>(i)] = list_pointer(offset - i, 2, kLarge);
        }
        return decode_frame(bytes_of(words));
    };
    CHECK(alias(2).has_value());
    const Result<Frame> many = alias(limits::kStreams);
    REQUIRE_FALSE(many.has_value());
    CHECK(many.error().context == "pointers");
}

TEST_CASE("every length and count is read at its bound and refused beyond it") {
    struct Row {
        const char* context;
        Frame at;
        Frame beyond;
    };
    const auto submit = [](auto change) { return Frame(with_submit(change)); };
    const auto label = [&](std::size_t size) {
        return submit([=](Submit& s) { s.envelopes[1].stanzas[0].label = Bytes(size); });
    };
    const auto ct = [&](std::size_t size) {
        return submit([=](Submit& s) { s.envelopes[0].stanzas[0].ct = Bytes(size); });
    };
    const auto item = [&](std::size_t size) {
        return submit([=](Submit& s) { s.envelopes[0].item = Bytes(size); });
    };
    const auto stanzas = [&](std::size_t count) {
        return submit(
            [=](Submit& s) { s.envelopes[0].stanzas.assign(count, s.envelopes[0].stanzas[0]); });
    };
    const auto streams = [&](std::size_t count) {
        return submit([=](Submit& s) { s.envelopes[0].streams.assign(count, Bytes(17)); });
    };
    const auto envelopes = [&](std::size_t count) {
        SubmittedEnvelope one = sample_submit().envelopes[0];
        one.stanzas.resize(1);
        one.streams.resize(1);
        one.item = {};
        return Frame(Submit{Bytes(174), std::vector<SubmittedEnvelope>(count, one)});
    };
    const auto statements = [](std::size_t count) {
        return Frame(Statements{Bytes(174), std::vector<SignedStatement>(count, {Bytes(83), {}})});
    };
    const auto statement = [](std::size_t size) {
        return Frame(Statements{Bytes(174), {{Bytes(size), {}}}});
    };
    const auto path = [](std::size_t nodes) {
        return Frame(Welcome{TimeMs(1), {"note", std::vector<Hash>(nodes)}});
    };
    const auto note = [](std::size_t size) {
        return Frame(Welcome{TimeMs(1), {std::string(size, 'n'), {}}});
    };
    const auto record = [](std::size_t size) { return Frame(Publish{Bytes(size)}); };
    const auto context = [](std::size_t size) {
        return Frame(ErrorFrame{"internal", std::string(size, 'c')});
    };
    const auto figures = [](std::size_t count) {
        return Frame(StatusReport{std::vector<Figure>(count, {"n", "v"})});
    };
    const auto audits = [](std::size_t count) {
        Deliver frame = sample_deliver();
        frame.deliveries[0].audits.assign(count, frame.deliveries[0].stanza);
        return Frame(frame);
    };
    const auto index = [](std::uint16_t place) {
        Deliver frame = sample_deliver();
        frame.deliveries[0].stanza.index = place;
        return Frame(frame);
    };
    const auto stream = [&](std::size_t size) {
        return submit([=](Submit& s) { s.envelopes[0].streams[0] = Bytes(size); });
    };
    CHECK(decode_frame(encode_frame(stream(0))).value() == stream(0));  // stored as a file
    const Row rows[] = {
        {"stanza.label", label(69), label(70)},
        {"stanza.label", label(69), label(68)},
        {"stanza.ct", ct(48), ct(47)},
        {"stanza.ct", ct(48), ct(49)},
        {"stanza.ct", ct(96), ct(97)},
        {"item", item(176), item(175)},
        {"item", item(176), item(177)},
        {"item", item(176 + 8 * 32), item(176 + 9 * 32)},
        {"stanzas", stanzas(1), stanzas(0)},
        {"stanzas", stanzas(256), stanzas(257)},
        {"streams", streams(1), streams(0)},
        {"streams", streams(32), streams(33)},
        {"envelopes", envelopes(1), envelopes(0)},
        {"envelopes", envelopes(256), envelopes(257)},
        {"statements", statements(1), statements(0)},
        {"statements", statements(256), statements(257)},
        {"statement", statement(83), statement(82)},
        {"statement", statement(83), statement(84)},
        {"head.consistency", path(64), path(65)},
        {"head.checkpoint", note(8192), note(8193)},
        {"record", record(1), record(0)},
        {"record", record(16384), record(16385)},
        {"context", context(512), context(513)},
        {"figures", figures(1024), figures(1025)},
        {"audits", audits(4), audits(5)},
        {"stanza.index", index(255), index(256)},
    };
    for (const Row& row : rows) {
        CAPTURE(row.context);
        CHECK(decode_frame(encode_frame(row.at)).value() == row.at);
        check_refused(encode_frame(row.beyond), row.context);
    }
}

// Fails if the count of entries is not bounded in read(ProofsAsk).
TEST_CASE("a question for proofs names 1 to 256 entries") {
    const auto ask = [](std::size_t entries) {
        return decode_frame(
            encode_frame(ProofsAsk{std::vector<EntryIndex>(entries), Witnessing::AnyHead}));
    };
    CHECK(ask(1));
    CHECK(ask(256));
    for (const std::size_t entries : {std::size_t{0}, std::size_t{257}}) {
        const auto read = ask(entries);
        REQUIRE_FALSE(read);
        CHECK(read.error().context == "entries");
    }
}

TEST_CASE("frames of stored streams are read at their bounds and refused beyond them") {
    struct Row {
        const char* context;
        Frame at;
        Frame beyond;
    };
    const auto upload = [](std::uint64_t size, std::size_t leaves) {
        return Frame(Upload{{}, size, std::vector<Hash>(leaves)});
    };
    const auto uploaded = [](std::size_t have) {
        return Frame(Uploaded{{}, Bytes(have), true, ""});
    };
    const auto chunk = [](std::uint64_t first, std::size_t size) {
        return Frame(Chunk{{}, first, Bytes(size)});
    };
    const auto fetch = [](std::uint16_t stream, std::uint64_t first, std::uint8_t chunks) {
        return Frame(Fetch{{}, stream, first, chunks});
    };
    const auto chunks = [](std::uint16_t stream, std::uint64_t first, std::size_t leaves,
                           std::size_t size) {
        return Frame(Chunks{{}, stream, first, {}, std::vector<Hash>(leaves), Bytes(size), ""});
    };
    constexpr std::uint64_t kSealed = limits::kSealedChunkBytes;
    constexpr std::size_t kMost = 3 * limits::kSealedChunkBytes;
    const Row rows[] = {
        {"size", upload(17, 1), upload(16, 1)},
        {"size", upload(1632 * kSealed, 1632), upload(1632 * kSealed + 1, 1632)},
        {"leaves", upload(kSealed, 1), upload(kSealed, 2)},
        {"leaves", upload(kSealed + 1, 2), upload(kSealed + 1, 1)},
        {"leaves", upload(1632 * kSealed, 1632), upload(1632 * kSealed, 1633)},
        {"have", uploaded(204), uploaded(205)},
        {"first", chunk(1631, 17), chunk(1632, 17)},
        {"data", chunk(0, 17), chunk(0, 16)},
        {"data", chunk(0, kMost), chunk(0, kMost + 1)},
        {"stream", fetch(31, 0, 0), fetch(32, 0, 0)},
        {"first", fetch(0, 1631, 0), fetch(0, 1632, 0)},
        {"chunks", fetch(0, 0, 3), fetch(0, 0, 4)},
        {"stream", chunks(31, 0, 0, 0), chunks(32, 0, 0, 0)},
        {"first", chunks(0, 1631, 0, 0), chunks(0, 1632, 0, 0)},
        {"leaves", chunks(0, 0, 1632, 0), chunks(0, 0, 1633, 0)},
        {"data", chunks(0, 0, 0, kMost), chunks(0, 0, 0, kMost + 1)},
    };
    for (const Row& row : rows) {
        CAPTURE(row.context);
        CHECK(decode_frame(encode_frame(row.at)).value() == row.at);
        check_refused(encode_frame(row.beyond), row.context);
    }
}

TEST_CASE("a line of EXPLAIN names a role if and only if approvals are needed") {
    const AgencyId agency = AgencyId::parse("AB").value();
    const OfficeId office = OfficeId::parse("CD").value();
    const auto line = [&](std::uint8_t approvals, std::uint16_t role) {
        return encode_frame(Explained{PolicyEffect::Permit,
                                      {{PolicyDirection::Export,
                                        agency,
                                        office,
                                        PolicyEffect::Permit,
                                        "r",
                                        {},
                                        approvals,
                                        role,
                                        0}}});
    };
    CHECK(decode_frame(line(0, 0)).has_value());
    CHECK(decode_frame(line(8, 2)).has_value());
    check_refused(line(9, 2), "approvals");
    check_refused(line(0, 2), "role");
    check_refused(line(1, 0), "role");
}

TEST_CASE("a batch and items exclude each other") {
    check_refused(encode_frame(with_submit([](Submit& s) { s.batch = Bytes(174); })), "item");
    check_refused(encode_frame(with_submit([](Submit& s) { s.envelopes[1].item.clear(); })),
                  "item");
    check_refused(encode_frame(with_submit([](Submit& s) { s.batch = Bytes(173); })), "batch");
    check_refused(encode_frame(Statements{Bytes(174), {{Bytes(83), Bytes(176)}}}), "item");
}

TEST_CASE("256 KiB are read and one word more is too large") {
    // Streams grow the frame word by word up to its limit.
    Submit frame = sample_submit();
    frame.envelopes[0].streams[0].clear();
    const std::size_t rest = encode_frame(frame).size();
    frame.envelopes[0].streams[0] = Bytes(limits::kFrameBytes - rest);
    CHECK(encode_frame(frame).size() == limits::kFrameBytes);
    CHECK(decode_frame(encode_frame(frame)).value() == Frame(frame));
    frame.envelopes[0].streams[0].push_back(std::byte{1});
    CHECK(encode_frame(frame).size() == limits::kFrameBytes + 8);
    CHECK(decode_frame(encode_frame(frame)).error().code == Errc::TooLarge);
}

TEST_CASE("control characters, broken UTF-8 and names that are none are refused") {
    check_refused(encode_frame(ErrorFrame{"internal", "a\x1b[31m"}), "context");
    check_refused(encode_frame(ErrorFrame{"internal", "a\r\nb"}), "context");
    check_refused(encode_frame(ErrorFrame{"\xC0\x80", ""}), "code");
    check_refused(encode_frame(ErrorFrame{std::string("a\0b", 3), ""}), "code");
    Bytes bytes =
        encode_frame(ExplainAsk{OfficeId::parse("AB").value(), {OfficeId::parse("CD").value()}});
    const auto name = std::ranges::find(bytes, std::byte{'A'});
    REQUIRE(name != bytes.end());
    *name = std::byte{'*'};
    check_refused(bytes, "from");
}

TEST_CASE("wire_bytes never tells less than an element adds to a frame") {
    const auto added = [](const Frame& without, const Frame& with) {
        return encode_frame(with).size() - encode_frame(without).size();
    };
    const Deliver deliver = sample_deliver();
    Deliver two = deliver;
    two.deliveries.push_back(deliver.deliveries[0]);
    CHECK(added(deliver, two) <= wire_bytes(deliver.deliveries[0]));
    CHECK(encode_frame(deliver).size() <=
          kFrameOverheadBytes + wire_bytes(deliver.head) + wire_bytes(deliver.deliveries[0]));
    const Submit submit = sample_submit();
    Submit one = submit;
    one.envelopes.resize(1);
    CHECK(added(one, submit) <= wire_bytes(submit.envelopes[0]));
    for (std::size_t size = 0; size < 40; ++size) {
        EntryProof proof = deliver.deliveries[0].proof;
        proof.body = Bytes(size);
        CHECK(added(Directory{}, Directory{{}, {proof}, {}, false}) <= wire_bytes(proof));
        const StoredEntry entry{Bytes(64), Bytes(size)};
        CHECK(added(Ledger{}, Ledger{{}, {entry}, {}, false}) <= wire_bytes(entry));
        const ItemOutcome item{{}, std::string(size, 'x'), "c", "r", PolicyHash(), {proof}};
        CHECK(added(Outcomes{}, Outcomes{{}, {}, {item}}) <= wire_bytes(item));
        const SignedStatement statement{Bytes(83), Bytes(size)};
        CHECK(added(Statements{}, Statements{{}, {statement}}) <= wire_bytes(statement));
    }
}
