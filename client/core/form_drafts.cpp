#include "client/core/form_drafts.h"

#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client {
namespace {

constexpr std::uint8_t kVersion = 1;

Error damaged() { return Error(Errc::StoreDamaged, "forms"); }

}  // namespace

Result<FormNumber> put_form(storage::Txn& txn, std::optional<FormNumber> number,
                            const FormDraft& draft, crypto::Vault& vault, crypto::Random& random) {
    if (draft.text.size() > kFormBytes) return Error(Errc::TooLarge, "draft");
    if (!number) number = FormNumber(CHAPAR_TRY(take_number(txn, tables::kForms)));
    const Bytes key = number_key(number->value);
    Bytes plain =
        LayoutWriter().u8(kVersion).u64(draft.changed.value).counted32(view(draft.text)).take();
    const auto sealed = vault.seal({tables::kForms.name, key}, plain, random);
    crypto::wipe(plain);
    if (!sealed) return sealed.error();
    CHAPAR_TRY(txn.put(tables::kForms, key, *sealed));
    return *number;
}

Result<FormDraft> form_draft(const storage::ReadTxn& txn, FormNumber number, crypto::Vault& vault) {
    const Bytes key = number_key(number.value);
    const auto sealed = CHAPAR_TRY(txn.get(tables::kForms, key));
    if (!sealed) return Error(Errc::NotFound, "draft " + std::to_string(number.value));
    const auto plain = CHAPAR_TRY(vault.open({tables::kForms.name, key}, *sealed));
    LayoutReader in(plain.expose());
    if (in.u8() != kVersion) return damaged();
    FormDraft draft;
    draft.changed = TimeMs(in.u64());
    draft.text = to_string(in.counted32());
    if (!in.finish("forms")) return damaged();
    return draft;
}

Result<std::vector<FormNumber>> form_numbers(const storage::ReadTxn& txn) {
    std::vector<FormNumber> out;
    const auto cursor = txn.cursor(tables::kForms);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        if (cursor->key().size() != 8) return damaged();
        out.push_back(FormNumber(number_at_end(cursor->key())));
    }
    return out;
}

Status erase_form(storage::Txn& txn, FormNumber number) {
    const Bytes key = number_key(number.value);
    if (!CHAPAR_TRY(txn.get(tables::kForms, key))) {
        return Error(Errc::NotFound, "draft " + std::to_string(number.value));
    }
    CHAPAR_TRY(txn.erase(tables::kForms, key));
    return Done{};
}

Status forget_form(FormNumber number, crypto::Vault& vault) {
    return vault.purge({tables::kForms.name, number_key(number.value)});
}

}  // namespace chapar::client
