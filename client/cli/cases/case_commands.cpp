#include "client/cli/cases/case_commands.h"

#include <CLI/CLI.hpp>

#include "client/cli/device/device_context.h"
#include "client/core/evidence.h"
#include "client/edge/blob_store.h"
#include "client/edge/evidence_fetch.h"
#include "client/edge/home_files.h"
#include "crypto/padding.h"
#include "schemas/base/uuid.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct EvidenceArguments {
    std::string message;
    std::string out;
    std::uint16_t stream = 0;
};

// What this device holds of one envelope, whichever side it was on.
struct Held {
    ReceiptEntry receipt;
    crypto::Secret32 secret;
    Bytes ciphertext;
};

// The sealed chunks again, from the text: they depend on nothing else than s_j.
Bytes seal_again(const crypto::Secret32& secret, ByteView text) {
    const auto keys = crypto::stream_keys_of(secret.duplicate());
    const crypto::SecretBuffer padded = crypto::pad(text);
    return crypto::seal_stream(keys.key, padded.expose());
}

Result<Bytes> read_blob(const HomePaths& paths, const crypto::StreamCommitment& commitment) {
    const auto blobs = CHAPAR_TRY(FileBlobStore::open(paths.blobs()));
    auto opened = blobs->open(commitment.root);
    if (!opened && opened.error().code == Errc::NotFound) {
        return Error(Errc::NotFound, "the sealed stream on this computer; see: inbox fetch");
    }
    const std::unique_ptr<BlobSource> source = CHAPAR_TRY(std::move(opened));
    if (source->size() != commitment.size) return Error(Errc::StreamRoot, "blob");
    Bytes out;
    out.reserve(static_cast<std::size_t>(commitment.size));
    for (std::uint64_t i = 0; out.size() < commitment.size; ++i) {
        append(out, CHAPAR_TRY(source->chunk(i)));
    }
    return out;
}

Result<crypto::StreamCommitment> commitment_of(const ReceiptEntry& receipt, std::uint16_t stream) {
    const auto statement = CHAPAR_TRY(accepted_statement(receipt));
    if (stream >= statement.streams.size()) return Error(Errc::NotFound, "stream");
    return statement.streams[stream];
}

Result<Held> held_as_sender(const storage::ReadTxn& txn, const DeviceContext& context,
                            const HomePaths& paths, const OutboxItem& item, std::uint16_t stream) {
    auto receipts = CHAPAR_TRY(receipts_of(txn, item.hash));
    // A refusal is no acceptance: there is nothing to prove but the refusal.
    if (receipts.empty() || item.stage == schemas::Stage::Refused) {
        return Error(Errc::NotFound, "a receipt: the envelope was not accepted");
    }
    const auto commitment = CHAPAR_TRY(commitment_of(receipts.front(), stream));
    auto secrets = CHAPAR_TRY(stream_secrets(txn, context.device(), item.number));
    if (stream >= secrets.size()) return Error(Errc::NotFound, "stream");
    OutboxBytes bytes = CHAPAR_TRY(outbox_bytes(txn, item.number));
    Bytes ciphertext;
    if (stream < bytes.streams.size()) ciphertext = std::move(bytes.streams[stream]);
    if (ciphertext.empty()) ciphertext = CHAPAR_TRY(read_blob(paths, commitment));
    return Held{std::move(receipts.front()), std::move(secrets[stream]), std::move(ciphertext)};
}

Result<Bytes> ciphertext_received(const storage::ReadTxn& txn, const DeviceContext& context,
                                  const HomePaths& paths, const InboxItem& item,
                                  const EvidenceStream& stream,
                                  const crypto::StreamCommitment& commitment) {
    if (stream.number == 0) {
        const auto text = CHAPAR_TRY(inbox_stream0(txn, context.device(), item.number));
        return seal_again(stream.secret, text.expose());
    }
    const auto text = CHAPAR_TRY(inbox_text(txn, context.device(), item.number));
    for (const InboxAttachment& attachment : text.attachments) {
        if (attachment.stream == stream.number && attachment.text) {
            return seal_again(stream.secret, *attachment.text);
        }
    }
    return read_blob(paths, commitment);
}

Result<Held> held_as_recipient(const storage::ReadTxn& txn, const DeviceContext& context,
                               const HomePaths& paths, const InboxItem& item,
                               std::uint16_t stream) {
    auto receipt = CHAPAR_TRY(inbox_receipt(txn, item.number));
    const auto commitment = CHAPAR_TRY(commitment_of(receipt, stream));
    auto secrets = CHAPAR_TRY(stream_secrets(txn, context.device(), item.number));
    if (stream >= secrets.size()) return Error(Errc::NotFound, "stream");
    Bytes ciphertext = CHAPAR_TRY(ciphertext_received(
        txn, context, paths, item, EvidenceStream{stream, secrets[stream], {}}, commitment));
    return Held{std::move(receipt), std::move(secrets[stream]), std::move(ciphertext)};
}

Result<Held> find(DeviceContext& context, const HomePaths& paths, const EvidenceArguments& given) {
    const auto id = parse_uuid(given.message);
    if (!id) return Error(Errc::FieldInvalid, "MSGID: a UUID");
    const MessageId message{*id};
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const auto sent = outbox_item(*txn, message);
    if (sent) return held_as_sender(*txn, context, paths, *sent, given.stream);
    if (sent.error().code != Errc::NotFound) return sent.error();
    const auto received = CHAPAR_TRY(inbox_find(*txn, message));
    if (received.empty()) return Error(Errc::NotFound, given.message);
    if (received.size() > 1) return Error(Errc::Conflict, "two senders used this message id");
    return held_as_recipient(*txn, context, paths, received.front(), given.stream);
}

Result<EvidenceDirectory> ask_for_proofs(DeviceContext& context, const ReceiptEntry& receipt) {
    const TrustCard& card = context.home().card();
    const std::string note = CHAPAR_TRY(receipt_note(receipt));
    const auto transport = CHAPAR_TRY(ZmqTransport::connect(
        {card.endpoint(), card.manifest().curve_key,
         context.home().certificate().request.request.curve_key, context.home().curve_secret()}));
    const SystemClock clock;
    return fetch_evidence_directory(*transport, context.device(), clock, note);
}

Status evidence(Invocation& invocation, const EvidenceArguments& given) {
    CHAPAR_TRY(refuse_existing(given.out));
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const Held held = CHAPAR_TRY(find(*context, paths, given));
    const EvidenceDirectory directory = CHAPAR_TRY(ask_for_proofs(*context, held.receipt));
    const Bytes file =
        CHAPAR_TRY(write_evidence(context->home().card().record(), held.receipt, directory,
                                  {given.stream, held.secret, held.ciphertext}));
    CHAPAR_TRY(write_file(given.out, file));
    const std::string entry = std::to_string(held.receipt.index.value);
    invocation.output.result(json::object{{"evidence", given.out},
                                          {"message", given.message},
                                          {"stream", given.stream},
                                          {"entry", held.receipt.index.value},
                                          {"bytes", file.size()}},
                             given.out + ": stream " + std::to_string(given.stream) + " of " +
                                 given.message + ", accepted at entry " + entry +
                                 "; whoever has this file can read that stream");
    return Done{};
}

}  // namespace

void add_case_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* parent = app.add_subcommand("case", "what of a case is shown to a court");
    parent->require_subcommand(1);
    auto given = std::make_shared<EvidenceArguments>();
    CLI::App* command = add_command(
        *parent, "evidence", "write one text with its proofs to a file; check: chapar-verify",
        "chapar case evidence 0197b2f0-0000-7000-8000-000000000001 --out seizure.evidence "
        "--home ~/npj");
    command->add_option("message", given->message, "message id, sent or received")->required();
    command->add_option("--out", given->out, "new file")->required();
    command->add_option("--stream", given->stream, "0 the text (default), 1.. its attachments")
        ->check(CLI::Range(0, 31));
    invocation.on(command, [&invocation, given] { return evidence(invocation, *given); });
}

}  // namespace chapar::client
