#include "client/cli/ledger/auditor_source.h"

#include "client/cli/device/device_context.h"
#include "client/edge/home_files.h"
#include "client/edge/trust_card_file.h"
#include "schemas/base/limits.h"
#include "storage/ledger_export_read.h"

namespace chapar::client {
namespace {

class DeviceSource final : public AuditorSource {
  public:
    explicit DeviceSource(std::unique_ptr<DeviceContext> context) : context_(std::move(context)) {}
    const TrustCard& card() const override { return std::as_const(*context_).home().card(); }
    LedgerSource pages() override { return source_of(context_->session()); }

  private:
    std::unique_ptr<DeviceContext> context_;
};

class SocketSource final : public AuditorSource {
  public:
    SocketSource(TrustCard card, AdminClient socket)
        : card_(std::move(card)), socket_(std::move(socket)) {}
    const TrustCard& card() const override { return card_; }
    LedgerSource pages() override { return source_of(socket_); }

  private:
    TrustCard card_;
    AdminClient socket_;
};

// Segments: the newest one's checkpoint is the head of all.
class ExportSource final : public AuditorSource {
  public:
    ExportSource(TrustCard card, std::vector<storage::ExportReader> readers)
        : card_(std::move(card)), readers_(std::move(readers)) {}
    const TrustCard& card() const override { return card_; }
    LedgerSource pages() override {
        return [this](EntryIndex from) { return page(from.value); };
    }

  private:
    Result<schemas::Ledger> page(std::uint64_t from) {
        schemas::Ledger out;
        out.head.checkpoint = readers_.back().checkpoint();
        const auto head = CHAPAR_TRY(crypto::open_checkpoint(out.head.checkpoint, card_.log()));
        for (storage::ExportReader& reader : readers_) {
            std::uint64_t at = from + out.entries.size();
            if (at < reader.start()) break;
            for (; at < reader.end() && out.entries.size() < limits::kPageEntries; ++at) {
                auto entry = CHAPAR_TRY(reader.read(at));
                out.entries.push_back({std::move(entry.leaf), std::move(entry.body)});
            }
        }
        if (out.entries.empty() && from < head.size.value) {
            return Error(Errc::ExportIncomplete, "entry " + std::to_string(from));
        }
        out.next = EntryIndex(from + out.entries.size());
        out.done = out.next.value >= head.size.value;
        return out;
    }

    TrustCard card_;
    std::vector<storage::ExportReader> readers_;
};

}  // namespace

Result<std::unique_ptr<AuditorSource>> open_source(
    Invocation& invocation, const SourceArguments& arguments,
    const std::function<Result<const crypto::SecretBuffer*>()>& passphrase) {
    if (!arguments.exports.empty()) {
        if (arguments.card.empty()) return Error(Errc::Usage, "--card: whom the export must be of");
        std::vector<storage::ExportReader> readers;
        for (const std::string& path : arguments.exports) {
            readers.push_back(CHAPAR_TRY(storage::ExportReader::open(path)));
        }
        return std::unique_ptr<AuditorSource>(std::make_unique<ExportSource>(
            CHAPAR_TRY(read_trust_card(arguments.card)), std::move(readers)));
    }
    if (!arguments.broker.empty()) {
        const std::filesystem::path directory = arguments.broker;
        const auto card = arguments.card.empty() ? directory / "trust-card.json"
                                                 : std::filesystem::path(arguments.card);
        auto trusted = CHAPAR_TRY(read_trust_card(card));
        auto socket = CHAPAR_TRY(AdminClient::connect(directory / "admin.sock"));
        return std::unique_ptr<AuditorSource>(
            std::make_unique<SocketSource>(std::move(trusted), std::move(socket)));
    }
    const crypto::SecretBuffer* opened_with = CHAPAR_TRY(passphrase());
    auto context = CHAPAR_TRY(DeviceContext::open(invocation, *opened_with));
    CHAPAR_TRY(context->connect());
    return std::unique_ptr<AuditorSource>(std::make_unique<DeviceSource>(std::move(context)));
}

}  // namespace chapar::client
