#include "crypto/contribution.h"

#include <algorithm>

#include "crypto/hpke.h"
#include "crypto/leaf.h"
#include "crypto/note.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kMagic = "chapar-contribution/1\n";
constexpr std::string_view kInfo = "chapar/contribution/v1";
constexpr std::size_t kSealedSecret = Secret32::kSize + kTagBytes;
constexpr std::size_t kPathNodes = 64;
constexpr std::size_t kLeafBytes = 256;

enum class Row : std::uint8_t { End = 0, Note = 1, Entry = 2, Payload = 3 };

HpkeParameters hpke() { return {HpkeMode::Base, view(kInfo)}; }

Error malformed(const char* what) { return Error(Errc::MalformedLayout, what); }

Bytes header_of(std::string_view origin) {
    return LayoutWriter().raw(view(kMagic)).counted8(view(origin)).take();
}

Bytes note_row(const std::string& note) {
    return LayoutWriter().u8(static_cast<std::uint8_t>(Row::Note)).counted16(view(note)).take();
}

Bytes entry_row(const ContributedEntry& entry) {
    LayoutWriter out;
    out.u8(static_cast<std::uint8_t>(Row::Entry)).u32(entry.note).u64(entry.index.value);
    out.counted16(entry.leaf).u8(static_cast<std::uint8_t>(entry.path.size()));
    for (const Hash& node : entry.path) out.raw(node.view());
    return out.counted32(entry.body).raw(entry.salt.view()).take();
}

Bytes payload_row(const ContributedPayload& payload) {
    LayoutWriter out;
    out.u8(static_cast<std::uint8_t>(Row::Payload)).raw(payload.envelope.view());
    out.u16(static_cast<std::uint16_t>(payload.stanzas.size()));
    for (const auto& stanza : payload.stanzas) {
        out.raw(stanza.enc.view()).counted16(stanza.ciphertext);
    }
    out.u16(static_cast<std::uint16_t>(payload.streams.size()));
    for (const Bytes& stream : payload.streams) out.counted32(stream);
    return out.take();
}

Result<Bytes> text_of(const Contribution& contribution) {
    Bytes out;
    const auto add = [&](const Bytes& row) -> Status {
        if (row.size() > kContributionBytes - out.size()) {
            return Error(Errc::TooLarge, "contribution");
        }
        append(out, row);
        return Done{};
    };
    for (const std::string& note : contribution.notes) CHAPAR_TRY(add(note_row(note)));
    for (const ContributedEntry& entry : contribution.entries) {
        CHAPAR_ASSERT(entry.note < contribution.notes.size());
        CHAPAR_TRY(add(entry_row(entry)));
    }
    for (const ContributedPayload& payload : contribution.payloads) {
        CHAPAR_TRY(add(payload_row(payload)));
    }
    CHAPAR_TRY(add({std::byte{static_cast<std::uint8_t>(Row::End)}}));
    return out;
}

Result<ContributedEntry> read_entry(LayoutReader& in, std::size_t notes) {
    ContributedEntry out;
    out.note = in.u32();
    out.index = EntryIndex(in.u64());
    out.leaf = to_bytes(in.counted16());
    const std::size_t nodes = in.u8();
    if (!in.ok() || out.note >= notes || nodes > kPathNodes || out.leaf.size() > kLeafBytes) {
        return malformed("entry");
    }
    for (std::size_t i = 0; i < nodes; ++i) out.path.push_back(in.fixed<Hash>());
    const ByteView body = in.counted32();
    out.salt = in.fixed<BodySalt>();
    if (!in.ok() || body.size() > limits::kLeafBodyBytes) return malformed("entry");
    out.body = to_bytes(body);
    return out;
}

Result<ContributedPayload> read_payload(LayoutReader& in) {
    ContributedPayload out;
    out.envelope = in.fixed<EnvelopeHash>();
    for (std::size_t left = in.u16(); left > 0 && in.ok(); --left) {
        const auto enc = in.fixed<PublicKey>();
        out.stanzas.push_back({enc, to_bytes(in.counted16())});
    }
    std::size_t bytes = 0;
    for (std::size_t left = in.u16(); left > 0 && in.ok(); --left) {
        out.streams.push_back(to_bytes(in.counted32()));
        bytes += out.streams.back().size();
    }
    if (!in.ok() || bytes > limits::kInlineStreamBytes) return malformed("payload");
    return out;
}

Result<Contribution> read_rows(ByteView text) {
    Contribution out;
    LayoutReader in(text);
    for (;;) {
        const std::uint8_t row = in.u8();
        if (!in.ok()) return malformed("no end");
        switch (static_cast<Row>(row)) {
            case Row::End:
                CHAPAR_TRY(in.finish("bytes after the end"));
                return out;
            case Row::Note: {
                const ByteView note = in.counted16();
                if (!in.ok() || note.size() > kNoteBytes) return malformed("note");
                out.notes.push_back(to_string(note));
                break;
            }
            case Row::Entry:
                out.entries.push_back(CHAPAR_TRY(read_entry(in, out.notes.size())));
                break;
            case Row::Payload:
                out.payloads.push_back(CHAPAR_TRY(read_payload(in)));
                break;
            default:
                return malformed("row");
        }
    }
}

// The text of all chunks; only the last is marked so.
Result<Bytes> open_chunks(const Secret32& key, ByteView sealed) {
    Bytes text;
    text.reserve(sealed.size());
    for (std::uint64_t i = 0; !sealed.empty(); ++i) {
        const ByteView chunk = sealed.first(std::min(sealed.size(), kSealedChunkBytes));
        sealed = sealed.subspan(chunk.size());
        const auto position = sealed.empty() ? ChunkPosition::Last : ChunkPosition::NotLast;
        const auto opened = open_chunk(key, i, position, chunk);
        if (!opened) return malformed("cut short or changed");
        append(text, opened->expose());
    }
    return text;
}

}  // namespace

Result<Bytes> write_contribution(std::string_view origin, const PublicKey& centre,
                                 const Contribution& contribution, Random& random) {
    const Bytes text = CHAPAR_TRY(text_of(contribution));
    Bytes out = header_of(origin);
    auto secret = Secret32::random(random);
    const auto material = Secret32::random(random);
    const auto sealed =
        CHAPAR_TRY(hpke_seal(centre, hpke(), out, secret.expose(), material.expose()));
    append(out, sealed.enc.view());
    append(out, sealed.ciphertext);
    append(out, seal_stream(stream_keys_of(std::move(secret)).key, text));
    if (out.size() > kContributionBytes) return Error(Errc::TooLarge, "contribution");
    return out;
}

Result<Contribution> open_contribution(ByteView file, std::string_view origin,
                                       const Secret32& centre) {
    if (file.size() > kContributionBytes) return Error(Errc::TooLarge, "contribution");
    LayoutReader in(file);
    if (!equal(in.raw(kMagic.size()), view(kMagic))) return malformed("not a contribution");
    const ByteView said = in.counted8();
    const auto enc = in.fixed<PublicKey>();
    const ByteView sealed = in.raw(kSealedSecret);
    if (!in.ok()) return malformed("cut short or changed");
    if (!equal(said, view(origin))) return Error(Errc::WrongHome, "it is for " + to_string(said));
    const auto secret = hpke_open(centre, enc, hpke(), header_of(origin), sealed);
    if (!secret) return Error(Errc::WrongHome, "it is sealed to another key, or was changed");
    const auto keys = stream_keys_of(*Secret32::from(secret->expose()));
    const Bytes text = CHAPAR_TRY(open_chunks(keys.key, in.raw(in.remaining())));
    return read_rows(text);
}

}  // namespace chapar::crypto
