// Attachments and the program itself: killed in the middle, and how much memory it takes.
#include <algorithm>
#include <chrono>
#include <future>
#include <map>

#include "tests/unit/broker_edge/chapard_process.h"
#include "tests/unit/broker_edge/transfer_client.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

using SteadyClock = std::chrono::steady_clock;

double milliseconds_since(SteadyClock::time_point start) {
    return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

void publish_all(const Centre& centre) {
    AdminClient admin(centre.directory() / "admin.sock");
    for (const Bytes& record : centre.records()) admin.publish(record);
}

std::unique_ptr<TestClient> session(const std::string& endpoint, const Centre& centre,
                                    const EdgeDevice& device) {
    auto client = std::make_unique<TestClient>(endpoint, centre.manifest().curve_key, device.curve);
    (void)client->greet(centre, device);
    return client;
}

void submit(TestClient& sender, const schemas::SubmittedEnvelope& envelope) {
    sender.send(schemas::Submit{{}, {envelope}});
    REQUIRE(sender.expect<schemas::Outcomes>().items.at(0).code == "");
}

// Fetches a whole stream as a client does, two questions open; in the course of it `count` FLASH
// envelopes are sent. How long each took from its submission to the recipient, in milliseconds.
class Downloading {
  public:
    Downloading(Centre& centre, TestClient& sender, TestClient& reader)
        : centre_(centre), sender_(sender), reader_(reader) {}

    // Before it: the same with nothing else on the line. Leaves credit.
    std::vector<double> run_idle(std::size_t count) {
        reader_.send(schemas::Credit{100});
        std::vector<double> delays;
        while (delays.size() < count) {
            const auto sealed = centre_.seal_with({}, schemas::Urgency::Flash);
            const auto start = SteadyClock::now();
            submit(sender_, sealed.envelope);
            const EnvelopeHash name = hash_of(sealed.envelope);
            const auto is_it = [&](const schemas::Delivery& delivery) {
                return crypto::envelope_hash(delivery.envelope) == name;
            };
            while (std::ranges::none_of(reader_.expect<schemas::Deliver>().deliveries, is_it)) {
            }
            delays.push_back(milliseconds_since(start));
        }
        return delays;
    }
    std::vector<double> run(const schemas::SubmittedEnvelope& envelope, std::size_t count) {
        const auto commitment = commitment_of(envelope, 1);
        (void)reader_.expect<schemas::Deliver>();
        const schemas::Chunks list = fetch(reader_, hash_of(envelope), 1, 0, 0);
        REQUIRE(list.code == "");
        verifier_ = crypto::ChunkVerifier::create(commitment, list.leaves).value();
        const std::uint64_t every = verifier_->chunks() / (count + 1);
        ask(envelope);
        ask(envelope);
        while (done_ < verifier_->chunks()) {
            if (done_ >= (delays_.size() + 1) * every && !flying_ && delays_.size() < count) {
                flash();
            }
            take(reader_.receive().value(), envelope);
        }
        return delays_;
    }

  private:
    void ask(const schemas::SubmittedEnvelope& envelope) {
        if (asked_ >= verifier_->chunks()) return;
        reader_.send(schemas::Fetch{hash_of(envelope), 1, asked_, 3});
        asked_ += 3;
    }
    void flash() {
        const auto sealed = centre_.seal_with({}, schemas::Urgency::Flash);
        flying_ = SteadyClock::now();
        sender_.send(schemas::Submit{{}, {sealed.envelope}});
    }
    void take(const schemas::Frame& frame, const schemas::SubmittedEnvelope& envelope) {
        if (const auto* chunks = std::get_if<schemas::Chunks>(&frame)) {
            ask(envelope);
            REQUIRE(chunks->code == "");
            for (ByteView rest = chunks->data; !rest.empty(); ++done_) {
                const ByteView chunk = rest.first(verifier_->chunk_size(done_));
                REQUIRE(verifier_->check(done_, chunk));
                rest = rest.subspan(chunk.size());
            }
            return;
        }
        REQUIRE(std::holds_alternative<schemas::Deliver>(frame));
        REQUIRE(flying_.has_value());
        delays_.push_back(milliseconds_since(*flying_));
        flying_.reset();
        (void)sender_.expect<schemas::Outcomes>();
    }

    Centre& centre_;
    TestClient& sender_;
    TestClient& reader_;
    std::optional<crypto::ChunkVerifier> verifier_;
    std::uint64_t asked_ = 0;
    std::uint64_t done_ = 0;
    std::optional<SteadyClock::time_point> flying_;
    std::vector<double> delays_;
};

// Uploads as a client does, four frames unanswered, and between two of them hands over `count`
// FLASH envelopes, each behind four. How long each took to its recipient, in milliseconds.
class Uploading {
  public:
    Uploading(Centre& centre, TestClient& sender, TestClient& reader)
        : centre_(centre), sender_(sender), reader_(reader) {}

    // REQUIRES: credit of the reader's for all of them.
    std::vector<double> run(const BodySample& file, std::size_t count) {
        REQUIRE(open_upload(sender_, file).code == "");
        // A thread of its own: this one waits for answers.
        auto came = std::async(std::launch::async, [this, count] { return arrivals(count); });
        const std::size_t frames =
            (file.chunks() + limits::kChunksPerFrame - 1) / limits::kChunksPerFrame;
        for (std::size_t frame = 0; frame < frames; ++frame) {
            while (open_ == limits::kUploadsOpen) take_answer();
            const std::size_t first = frame * limits::kChunksPerFrame;
            sender_.send(
                file.chunk(first, std::min(limits::kChunksPerFrame, file.chunks() - first)));
            ++open_;
            if (frame >= (sent_.size() + 1) * frames / (count + 1) && sent_.size() < count) flash();
        }
        while (open_ > 0 || unanswered_ > 0) take_answer();
        CHECK(complete_);
        std::vector<double> delays;
        for (const auto& [name, time] : came.get()) {
            const std::chrono::duration<double, std::milli> delay = time - sent_.at(name);
            delays.push_back(delay.count());
        }
        return delays;
    }

  private:
    using Times = std::map<EnvelopeHash, SteadyClock::time_point>;

    Times arrivals(std::size_t count) {
        Times times;
        while (times.size() < count) {
            const auto frame = reader_.receive();
            const auto now = SteadyClock::now();
            const auto* deliver = frame ? std::get_if<schemas::Deliver>(&*frame) : nullptr;
            if (deliver == nullptr) break;
            for (const schemas::Delivery& one : deliver->deliveries) {
                times.emplace(crypto::envelope_hash(one.envelope), now);
            }
        }
        return times;
    }
    void flash() {
        const auto sealed = centre_.seal_with({}, schemas::Urgency::Flash);
        sent_.emplace(hash_of(sealed.envelope), SteadyClock::now());
        sender_.send(schemas::Submit{{}, {sealed.envelope}});
        ++unanswered_;
    }
    void take_answer() {
        const schemas::Frame frame = sender_.receive().value();
        if (const auto* uploaded = std::get_if<schemas::Uploaded>(&frame)) {
            REQUIRE(uploaded->code == "");
            complete_ = uploaded->complete;
            --open_;
            return;
        }
        // One frame answers all that a tick decided.
        const auto& items = std::get<schemas::Outcomes>(frame).items;
        for (const schemas::ItemOutcome& item : items) CHECK(item.code == "");
        unanswered_ -= items.size();
    }

    Centre& centre_;
    TestClient& sender_;
    TestClient& reader_;
    Times sent_;
    std::size_t open_ = 0;
    std::size_t unanswered_ = 0;
    bool complete_ = false;
};

}  // namespace

TEST_CASE("an upload goes on after chapard was killed in the middle, and after it was complete") {
    Centre centre(real_now());
    const Centre::Sealed sealed = centre.seal_with({BodySample::random_bytes(3'000'000, 5)});
    const BodySample file(sealed.files.at(0));
    {
        Chapard chapard({"--dir", centre.directory()});
        const std::string endpoint = chapard.ready();
        publish_all(centre);
        const auto sender = session(endpoint, centre, *centre.tajik);
        (void)open_upload(*sender, file);
        for (std::size_t first = 0; first < 30; first += 3) {
            sender->send(file.chunk(first, 3));
            CHECK(sender->expect<schemas::Uploaded>().code == "");
        }
        sender->send(file.chunk(30, 3));  // not answered any more
        chapard.signal(SIGKILL);
        CHECK(chapard.exit_code() == 128 + SIGKILL);
    }
    {
        Chapard chapard({"--dir", centre.directory()});
        const auto sender = session(chapard.ready(), centre, *centre.tajik);
        const schemas::Uploaded state = open_upload(*sender, file);
        for (std::size_t i = 0; i < 30; ++i) CHECK(has_chunk(state, i));
        CHECK_FALSE(has_chunk(state, 33));
        CHECK(upload_rest(*sender, file, state).complete);
        chapard.signal(SIGKILL);
        CHECK(chapard.exit_code() == 128 + SIGKILL);
    }
    Chapard chapard({"--dir", centre.directory()});
    const std::string endpoint = chapard.ready();
    const auto sender = session(endpoint, centre, *centre.tajik);
    submit(*sender, sealed.envelope);
    const auto reader = session(endpoint, centre, *centre.uzbek);
    CHECK(fetch_all(*reader, hash_of(sealed.envelope), 1, commitment_of(sealed.envelope, 1)) ==
          file.sealed);
}

// Under a sanitizer memory means nothing and time little: there a smaller one passes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasured = false;
#else
constexpr bool kMeasured = true;
#endif

TEST_CASE("an attachment of 100 MiB passes with little memory, and FLASH passes it") {
    Centre centre(real_now());
    Chapard chapard({"--dir", centre.directory()});
    const std::string endpoint = chapard.ready();
    publish_all(centre);
    const auto sender = session(endpoint, centre, *centre.tajik);
    const auto reader = session(endpoint, centre, *centre.uzbek);
    submit(*sender, centre.seal(centre.nothing_seen()));
    std::vector<double> idle = Downloading(centre, *sender, *reader).run_idle(20);
    std::ranges::sort(idle);
    const std::size_t before = chapard.memory("VmRSS");

    const std::size_t bytes = kMeasured ? limits::kAttachmentBytes : limits::kAttachmentBytes / 16;
    const Centre::Sealed sealed = centre.seal_with({BodySample::random_bytes(bytes, 5)});
    const BodySample file(sealed.files.at(0));
    REQUIRE(file.chunks() >= (kMeasured ? limits::kStreamChunks : limits::kStreamChunks / 16));
    auto start = SteadyClock::now();
    std::vector<double> behind = Uploading(centre, *sender, *reader).run(file, 20);
    const double uploaded = milliseconds_since(start);
    submit(*sender, sealed.envelope);
    start = SteadyClock::now();
    std::vector<double> delays = Downloading(centre, *sender, *reader).run(sealed.envelope, 20);
    const double downloaded = milliseconds_since(start);

    // The smaller one may be through before all were sent.
    REQUIRE(delays.size() >= (kMeasured ? 20U : 1U));
    REQUIRE(behind.size() == 20);
    std::ranges::sort(delays);
    std::ranges::sort(behind);
    const std::size_t growth = chapard.memory("VmHWM") - before;
    MESSAGE("upload " << uploaded << " ms, download " << downloaded << " ms, memory +" << growth
                      << " KiB, FLASH during the download: median " << delays[delays.size() / 2]
                      << " ms, most " << delays.back()
                      << " ms; during the upload of its own sender: "
                      << "median " << behind[10] << " ms, most " << behind.back()
                      << " ms; without one: median " << idle[10] << " ms, most " << idle.back()
                      << " ms");
    if (kMeasured) CHECK(growth < 64 * 1024);
}
