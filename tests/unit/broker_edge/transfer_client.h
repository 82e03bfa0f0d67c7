// The file side of a client, for tests: uploads, and fetches with everything checked.
#pragma once

#include <doctest/doctest.h>

#include <deque>

#include "crypto/chunk_verifier.h"
#include "tests/unit/broker_edge/body_sample.h"
#include "tests/unit/broker_edge/exchange.h"

namespace chapar::testing {

inline schemas::Uploaded open_upload(TestClient& client, const BodySample& sample) {
    client.send(sample.upload());
    return client.expect<schemas::Uploaded>();
}

inline bool has_chunk(const schemas::Uploaded& state, std::size_t chunk) {
    return (state.have.at(chunk / 8) >> (chunk % 8) & std::byte{1}) != std::byte{0};
}

// Sends what `state` lacks, four frames at a time, the last chunks first.
inline schemas::Uploaded upload_rest(TestClient& client, const BodySample& sample,
                                     schemas::Uploaded state) {
    std::size_t open = 0;
    const auto take = [&] {
        state = client.expect<schemas::Uploaded>();
        CHECK(state.code == "");
        --open;
    };
    const schemas::Uploaded before = state;
    for (std::size_t end = sample.chunks(); end > 0;) {
        const std::size_t first = end - std::min(end, limits::kChunksPerFrame);
        bool all = true;
        for (std::size_t i = first; i < end; ++i) all = all && has_chunk(before, i);
        if (!all) {
            client.send(sample.chunk(first, end - first));
            if (++open == limits::kUploadsOpen) take();
        }
        end = first;
    }
    while (open > 0) take();
    return state;
}

inline void upload(TestClient& client, const BodySample& sample) {
    const schemas::Uploaded opened = open_upload(client, sample);
    REQUIRE(opened.code == "");
    if (!opened.complete) CHECK(upload_rest(client, sample, opened).complete);
}

inline schemas::Chunks fetch(TestClient& client, const EnvelopeHash& envelope, std::uint16_t stream,
                             std::uint64_t first, std::uint8_t chunks) {
    client.send(schemas::Fetch{envelope, stream, first, chunks});
    return client.expect<schemas::Chunks>();
}

// The whole ciphertext, each chunk checked on arrival.
inline Bytes fetch_all(TestClient& client, const EnvelopeHash& envelope, std::uint16_t stream,
                       const crypto::StreamCommitment& commitment) {
    const schemas::Chunks list = fetch(client, envelope, stream, 0, 0);
    REQUIRE(list.code == "");
    CHECK(list.root == commitment.root);
    const auto verifier = crypto::ChunkVerifier::create(commitment, list.leaves);
    REQUIRE(verifier);
    Bytes whole;
    for (std::uint64_t at = 0; at < verifier->chunks();) {
        const schemas::Chunks answer = fetch(client, envelope, stream, at, 3);
        REQUIRE(answer.code == "");
        REQUIRE_FALSE(answer.data.empty());
        for (ByteView rest = answer.data; !rest.empty(); ++at) {
            const ByteView chunk = rest.first(verifier->chunk_size(at));
            CHECK(verifier->check(at, chunk));
            rest = rest.subspan(chunk.size());
        }
        append(whole, answer.data);
    }
    return whole;
}

inline EnvelopeHash hash_of(const schemas::SubmittedEnvelope& envelope) {
    return crypto::envelope_hash(envelope.envelope);
}

inline crypto::StreamCommitment commitment_of(const schemas::SubmittedEnvelope& envelope,
                                              std::size_t stream) {
    return crypto::EnvelopeStatement::decode(envelope.envelope).value().streams.at(stream);
}

}  // namespace chapar::testing
