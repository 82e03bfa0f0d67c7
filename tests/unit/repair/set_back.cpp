#include "tests/unit/repair/set_back.h"

#include <fstream>

#include "broker/core/ledger_open.h"
#include "broker/repair.h"
#include "crypto/sha256.h"

namespace chapar::testing {
namespace {

broker::Submit operation_of(const schemas::SubmittedEnvelope& in) {
    broker::Submit out{in.envelope, in.item, in.blind, {}, {}};
    for (const schemas::SubmittedStanza& stanza : in.stanzas) {
        out.stanzas.push_back({*broker::LabelBytes::from(stanza.label),
                               crypto::sha256({stanza.enc.view(), stanza.ct})});
        out.payload.stanzas.push_back({stanza.enc, stanza.ct});
    }
    out.payload.streams = in.streams;
    return out;
}

crypto::ContributedPayload payload_of(const schemas::SubmittedEnvelope& in) {
    crypto::ContributedPayload out{crypto::envelope_hash(in.envelope), {}, in.streams};
    for (const schemas::SubmittedStanza& stanza : in.stanzas) {
        out.stanzas.push_back({stanza.enc, stanza.ct});
    }
    return out;
}

}  // namespace

EntryIndex SetBack::send(RunningTick& running, bool delivered) {
    const auto envelope = centre.seal(centre.nothing_seen());
    const EntryIndex accepted = running.put(operation_of(envelope)).first;
    all.notes.push_back(running.tick().signed_head().note);
    if (!delivered) all.payloads.push_back(payload_of(envelope));
    if (delivered) {
        const auto said =
            centre.statement(*centre.uzbek, crypto::envelope_hash(envelope.envelope), accepted);
        running.put(broker::Confirm{said.statements[0].statement, said.statements[0].item});
        all.notes.push_back(running.tick().signed_head().note);
    }
    return accepted;
}

void SetBack::collect(RunningTick& running) {
    const auto txn = must(running.opened().store->begin_read());
    const broker::Tick& tick = running.tick();
    const auto newest = static_cast<std::uint32_t>(all.notes.size());
    all.notes.push_back(tick.signed_head().note);
    for (std::uint64_t i = 0; i < after; ++i) {
        const auto proven = must(broker::prove_entry(*txn, tick.frontier(), tick.keys(),
                                                     EntryIndex(i), TreeSize(after)));
        leaves.push_back(proven.leaf);
        if (i < before) continue;
        all.entries.push_back({EntryIndex(i), proven.leaf, proven.path, newest, proven.opened.body,
                               proven.opened.salt});
    }
}

SetBack::SetBack() {
    {
        RunningTick running(centre.directory(), time);
        running.put(broker::Found{running.opened().node.manifest_record});
        running.put(broker::OpenEpoch{Hash{}, "chapard"});
        for (const Bytes& record : centre.records()) running.put(broker::PutRecord{record});
        (void)send(running, true);
        before = running.size();
    }
    copy_tree(centre.directory(), copy);
    all = {};
    RunningTick running(centre.directory(), time);
    running.put(broker::OpenEpoch{Hash{}, "chapard again"});
    all.notes.push_back(running.tick().signed_head().note);
    first_lost = send(running, true);
    running.put(broker::PutRecord{centre.suspension(*centre.stranger).encode()});
    waiting = send(running, false);
    after = running.size();
    collect(running);
}

crypto::Contribution SetBack::some(const Which& which) const {
    crypto::Contribution out{all.notes, {}, all.payloads};
    for (const crypto::ContributedEntry& entry : all.entries) {
        if (which(entry.index.value)) out.entries.push_back(entry);
    }
    return out;
}

std::string SetBack::write(const crypto::Contribution& given, const char* name) {
    const crypto::Manifest& manifest = centre.manifest();
    const auto key = PublicKey::from(manifest.curve_key.view());
    const Bytes bytes =
        must(crypto::write_contribution(manifest.origin, *key, given, centre.random));
    const std::string path = (folder.path() / name).string();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path;
}

int SetBack::repair(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"chapard", "repair", "--dir", copy.string()});
    std::vector<char*> argv;
    for (std::string& word : arguments) argv.push_back(word.data());
    return broker::repair_main(static_cast<int>(argv.size()), argv.data());
}

int SetBack::repair_with(const std::vector<crypto::Contribution>& given) {
    std::vector<std::string> arguments;
    for (const crypto::Contribution& one : given) {
        const std::string name = "given-" + std::to_string(arguments.size());
        arguments.insert(arguments.end(), {"--receipts", write(one, name.c_str())});
    }
    return repair(std::move(arguments));
}

std::uint64_t SetBack::size_of_copy() {
    crypto::SystemRandom random;
    const auto opened = must(broker::BrokerDirectory::open(copy, random));
    const auto txn = must(opened.store->begin_read());
    return must(broker::open_ledger(*txn)).size().value;
}

Hash SetBack::root_of_copy() {
    crypto::SystemRandom random;
    const auto opened = must(broker::BrokerDirectory::open(copy, random));
    const auto txn = must(opened.store->begin_read());
    return must(broker::open_ledger(*txn)).root();
}

}  // namespace chapar::testing
