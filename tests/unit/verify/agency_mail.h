// Envelopes from TJ-DCA to AF-CNP in those books, and who says what of them.
#pragma once

#include "crypto/batch.h"
#include "crypto/envelope.h"
#include "crypto/stanza.h"
#include "crypto/tree.h"
#include "schemas/header_codec.h"
#include "tests/unit/verify/agency_books.h"

namespace chapar::testing::books {

struct Officer {
    crypto::SigningKey key;
    CertificateHash certificate;
};

// What an entry says; each test changes what it is about.
struct Said {
    std::uint64_t index = 20;
    std::uint64_t time = kDecember;
    const char* sender = "TJ-DCA";
    const char* recipient = "AF-CNP";
    crypto::SeenHead seen{};  // nothing yet
};

struct Mail : Books {
    static constexpr std::uint64_t kAccepted = 20;
    static constexpr std::uint64_t kExpires = kDecember + kOneDay;

    std::set<std::string> offices;  // that are enrolled
    Officer author = enrol(tj, "TJ-BLO", "one"), reader = enrol(af, "AF-BLO", "one"),
            second = enrol(af, "AF-BLO", "two"), stranger = enrol(kz, "KZ-BLO", "one");
    EnvelopeHash envelope;  // the newest

    Mail() { read_keys(); }

    Officer enrol(const AgencySigners& by, const char* office, const char* name) {
        const OfficeId id = OfficeId::parse(office).value();
        if (offices.insert(office).second) {
            clear(2, by.office({by.id(),
                                id,
                                crypto::CountryCode::parse("TJ").value(),
                                crypto::office_role::kLiaison,
                                kAlways,
                                {}}));
        }
        auto key = crypto::SigningKey::generate(random);
        const CurveKey curve{crypto::generate_key_pair(random).public_key.bytes};
        const crypto::DeviceRequest request{by.id(),          id,    "officer",   name,
                                            key.public_key(), curve, TimeMs(kNow)};
        const crypto::DeviceRecord record{crypto::SignedRequest::make(request, key), kAlways, 1,
                                          Hash{}};
        clear(3, by.device(record));
        return {std::move(key), crypto::certificate_hash(record.encode())};
    }

    // ACCEPTED or REJECTED.
    void submitted(const std::vector<const Officer*>& to, const Said& said = {},
                   const Officer* by = nullptr, std::uint8_t event = 1) {
        const Officer& from = by == nullptr ? author : *by;
        schemas::Header header;
        header.sender = from.certificate;
        header.created = TimeMs(said.time);
        header.expires_at = TimeMs(kExpires);
        header.retain_until = TimeMs(said.time + 200 * kOneDay);
        LayoutWriter stanzas;
        stanzas.u16(static_cast<std::uint16_t>(to.size()));
        std::vector<Hash> leaves;
        for (const Officer* one : to) {
            crypto::StanzaDigest digest;
            digest.label.certificate = one->certificate;
            leaves.push_back(crypto::stanza_leaf_hash(digest));
            stanzas.u8(1).raw(digest.encode());
        }
        crypto::EnvelopeStatement statement;
        statement.header = schemas::encode_header(header);
        statement.streams.emplace_back();
        statement.stanza_count = static_cast<std::uint16_t>(to.size());
        statement.stanza_root = crypto::tree_root(leaves);
        const Bytes bytes = statement.encode();
        envelope = crypto::envelope_hash(bytes);
        const auto batch = crypto::sign_envelopes(said.seen, std::vector{envelope}, from.key);
        LayoutWriter out = begin(said, event);
        out.u8(5).counted16(bytes).u8(6).counted16(batch.item(0).encode());
        out.u8(8).counted16(stanzas.bytes()).u8(18).counted16(envelope.view());
        sealed(said.index, said.time, out.take());
    }

    void confirmed(crypto::DeliveryEvent event, const Officer& by, const Said& said) {
        const crypto::DeliveryStatement statement{
            event, envelope, by.certificate, EntryIndex(kAccepted), TimeMs(said.time), 0};
        const auto batch = crypto::sign_statements(said.seen, std::vector{statement}, by.key);
        LayoutWriter out = begin(said, static_cast<std::uint8_t>(static_cast<int>(event) + 1));
        out.u8(6).counted16(batch.item(0).encode());
        out.u8(10).counted16(LayoutWriter().u64(kAccepted).bytes());
        out.u8(11).counted16(statement.encode()).u8(18).counted16(envelope.view());
        sealed(said.index, said.time, out.take());
    }

    // WITHHELD (7) or EXPIRED (8), for these devices.
    void ended_by_broker(std::uint8_t event, const std::vector<const Officer*>& devices,
                         const Said& said) {
        LayoutWriter out = begin(said, event), names;
        for (const Officer* one : devices) names.raw(one->certificate.view());
        out.u8(10).counted16(LayoutWriter().u64(kAccepted).bytes());
        out.u8(14).counted16(names.bytes()).u8(18).counted16(envelope.view());
        sealed(said.index, said.time, out.take());
    }

    // What is said of the rule once the ledger ends long after.
    std::string at_the_end(const std::string& rule) {
        view->finish(kLate, retention);
        return failure(rule);
    }

  private:
    static LayoutWriter begin(const Said& said, std::uint8_t event) {
        LayoutWriter out;
        out.u8(1).counted16(Bytes{std::byte{event}});
        out.u8(2).counted16(LayoutWriter().u64(said.time).bytes());
        out.u8(3).counted16(view_of(said.sender)).u8(4).counted16(view_of(said.recipient));
        return out;
    }
};

}  // namespace chapar::testing::books
