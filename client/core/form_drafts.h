// Messages that a person is still writing: kept sealed, from the first answer on.
//
// Owns: the rows (number -> when, and the text, sealed in the vault for its place). Does not know
// what the text says (cases/form.h), nor when it is sent. A power cut loses at most the answer that
// was being typed: the caller commits before it asks on. The keys of earlier texts of a number are
// destroyed when it is erased, or when the home is next opened (vault_sweep.h).
//
// Errors: NotFound, TooLarge, StoreDamaged; those of store and vault.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/vault.h"
#include "schemas/base/number.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

using FormNumber = StrongNumber<struct FormNumberTag>;  // from 1, local; never given twice

constexpr std::size_t kFormBytes = 1024 * 1024;

struct FormDraft {
    TimeMs changed;
    std::string text;
};

// Under a new number where none is given. TooLarge beyond kFormBytes.
[[nodiscard]] Result<FormNumber> put_form(storage::Txn& txn, std::optional<FormNumber> number,
                                          const FormDraft& draft, crypto::Vault& vault,
                                          crypto::Random& random);
[[nodiscard]] Result<FormDraft> form_draft(const storage::ReadTxn& txn, FormNumber number,
                                           crypto::Vault& vault);
// In the order in which they were begun.
[[nodiscard]] Result<std::vector<FormNumber>> form_numbers(const storage::ReadTxn& txn);
// The row goes with the transaction; then call forget_form().
[[nodiscard]] Status erase_form(storage::Txn& txn, FormNumber number);
// Destroys its keys. Once erase_form() is committed: it cannot be given up.
[[nodiscard]] Status forget_form(FormNumber number, crypto::Vault& vault);

}  // namespace chapar::client
