// The payload of any kind as its own type: Cap'n Proto's generated readers and builders, owned,
// bounded and checked.
//
// Owns: the words behind a reader, and the way from a filled builder to a payload. The kind is part
// of the type: `read<wire::CdConsent>` of another kind's payload is an error, and what is no kind
// does not compile (KindOf is made from the `$kind` annotations). Both ways go through the rules of
// the kind (kind_check.h), so a reader never meets a field that breaks its own rule, and reading
// one never throws. Does not know manifest or header: rules that need them are content_codec.h's,
// and the header's fields are filled where a draft is settled (client/core/compose.h).
//
// The one header of schemas/ in which Cap'n Proto shows: who includes it links
// chapar_kinds_typed. ADR 0025.
#pragma once

#include <capnp/dynamic.h>
#include <capnp/message.h>

#include <concepts>
#include <memory>

#include "schemas/base/result.h"
#include "schemas/content.h"
#include "schemas/kinds/kinds.capnp.h"
#include "schemas/wire_message.h"

namespace chapar::schemas {

template <typename Wire>
concept KindStruct = requires {
    { KindOf<Wire>::value } -> std::convertible_to<Kind>;
};

// Canonical words that keep the rules of their kind: no word is reached twice, so what a reader
// costs is bounded by their number.
class CheckedWords {
  public:
    // FieldInvalid ("kind") for another kind; MalformedLayout, TooLarge, or the error of the rule
    // that is broken, with the path of the field.
    [[nodiscard]] static Result<CheckedWords> of(const Payload& payload, Kind wanted);
    [[nodiscard]] capnp::MessageReader& message() const { return *message_; }

  private:
    explicit CheckedWords(kj::Array<capnp::word> words);
    kj::Array<capnp::word> words_;  // where they lie stays the same when this is moved
    std::unique_ptr<capnp::MessageReader> message_;
};

// Move-only. What it gives out borrows from it.
template <KindStruct Wire>
class TypedReader {
  public:
    explicit TypedReader(CheckedWords words)
        : words_(std::move(words)), reader_(words_.message().template getRoot<Wire>()) {}

    [[nodiscard]] const typename Wire::Reader& operator*() const { return reader_; }
    [[nodiscard]] const typename Wire::Reader* operator->() const { return &reader_; }

  private:
    CheckedWords words_;
    typename Wire::Reader reader_;
};

// The errors of CheckedWords::of().
template <KindStruct Wire>
[[nodiscard]] Result<TypedReader<Wire>> read(const Payload& payload) {
    return TypedReader<Wire>(CHAPAR_TRY(CheckedWords::of(payload, KindOf<Wire>::value)));
}

// A payload that is being built.
class OpenPayload {
  public:
    explicit OpenPayload(Kind kind);
    [[nodiscard]] capnp::DynamicStruct::Builder root();
    // What is empty is left out, then the rules are run: equal payloads have equal words.
    // FieldMissing, FieldInvalid, FieldUnknown with the path; TooLarge.
    [[nodiscard]] Result<Payload> finish();

  private:
    Kind kind_;
    capnp::MallocMessageBuilder message_;
};

// Calls `fill(Wire::Builder)` once. The errors of OpenPayload::finish(); FieldInvalid where `fill`
// asked Cap'n Proto for something impossible.
template <KindStruct Wire, std::invocable<typename Wire::Builder> Fill>
[[nodiscard]] Result<Payload> build(Fill fill) {
    return guarded(Errc::FieldInvalid, [&fill]() -> Result<Payload> {
        OpenPayload open(KindOf<Wire>::value);
        fill(open.root().template as<Wire>());
        return open.finish();
    });
}

}  // namespace chapar::schemas
