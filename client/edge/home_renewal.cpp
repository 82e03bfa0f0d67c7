#include "client/edge/home_renewal.h"

#include <array>
#include <system_error>
#include <utility>
#include <vector>

#include "client/edge/store_home.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

namespace fs = std::filesystem;

HomePaths renewal_of(const HomePaths& paths) { return {paths.renewal()}; }

// What changes with the keys. The certificate is the last to be staged and the last to be moved: it
// says that the rest is there.
std::array<fs::path, 6> exchanged(const HomePaths& paths) {
    return {paths.device_keystore(), paths.epochs_keystore(), paths.request(),
            paths.agency_roots(),    paths.registrars(),      paths.certificate()};
}

Result<CertificateHash> certificate_in(const fs::path& path) {
    const Bytes bytes = CHAPAR_TRY(read_file(path, limits::kRecordBytes));
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
    CHAPAR_TRY(crypto::DeviceRecord::decode(record.body));
    return crypto::certificate_hash(record.body);
}

Result<crypto::DeviceRecord> device_in(const fs::path& path) {
    const Bytes bytes = CHAPAR_TRY(read_file(path, limits::kRecordBytes));
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
    return crypto::DeviceRecord::decode(record.body);
}

Status rename_file(const fs::path& from, const fs::path& to) {
    std::error_code problem;
    fs::rename(from, to, problem);
    if (problem) return Error(Errc::FileFailed, from.string());
    return Done{};
}

// A request of the same names with other keys.
DeviceAsk next_ask(RequestPurpose purpose, const CertificateHash& previous,
                   const crypto::DeviceRequest& old, const DeviceKeys& keys, TimeMs now) {
    crypto::DeviceRequest request = old;
    request.sign_key = keys.signing_key.public_key();
    request.curve_key = CurveKey{keys.curve.public_key.bytes};
    request.created = now;
    return {purpose, Hash{previous.bytes},
            crypto::SignedRequest::make(std::move(request), keys.signing_key)};
}

// aside/1, aside/2, ..: the newest that is there, or none.
Result<std::size_t> newest_aside(const HomePaths& paths) {
    std::size_t number = 0;
    while (file_exists(paths.aside() / std::to_string(number + 1))) ++number;
    return number;
}

// All but the trust card and aside/ itself. The certificate goes last: until then the next run
// finds here what the request must name.
Status move_aside(const HomePaths& paths, const fs::path& target) {
    CHAPAR_TRY(make_folder(target));
    std::vector<fs::path> found;
    std::error_code problem;
    for (fs::directory_iterator it(paths.home, problem), end; !problem && it != end;
         it.increment(problem)) {
        const fs::path& path = it->path();
        if (path == paths.aside() || path == paths.trust_card() || path == paths.certificate()) {
            continue;
        }
        found.push_back(path);
    }
    if (problem) return Error(Errc::FileFailed, paths.home.string());
    if (file_exists(paths.certificate())) found.push_back(paths.certificate());
    for (const fs::path& path : found) {
        CHAPAR_TRY(rename_file(path, target / path.filename()));
    }
    CHAPAR_TRY(sync_folder(target));
    return sync_folder(paths.home);
}

// Changed, or already the new one.
Result<bool> change_one(const fs::path& path, const crypto::SecretBuffer& old_passphrase,
                        const HomeSecurity& next, crypto::Random& random) {
    auto keys = crypto::Keystore::open(path, old_passphrase);
    if (!keys) {
        if (keys.error().code != Errc::PassphraseWrong) return keys.error();
        if (crypto::Keystore::open(path, next.passphrase)) return false;
        return keys.error();
    }
    CHAPAR_TRY(keys->change_passphrase(next.passphrase, next.cost, random));
    CHAPAR_TRY(keys->save(path, random));
    return true;
}

}  // namespace

Result<DeviceAsk> renew_device(const HomePaths& paths, const HomeSecurity& security, TimeMs now,
                               crypto::Random& random) {
    CHAPAR_TRY(finish_renewal(paths));
    const HomePaths next = renewal_of(paths);
    // Opens with the passphrase, or nothing is renewed.
    const auto old =
        CHAPAR_TRY(crypto::Keystore::open(paths.device_keystore(), security.passphrase));
    if (file_exists(next.device_keystore())) return read_ask(next);
    const auto record = CHAPAR_TRY(device_in(paths.certificate()));
    const auto previous = CHAPAR_TRY(certificate_in(paths.certificate()));
    DeviceKeys keys = fresh_device_keys(random);
    // The store stays: so does what it is sealed under.
    keys.vault = CHAPAR_TRY(old.find32("vault"));
    CHAPAR_TRY(make_folder(next.home));
    DeviceAsk ask = next_ask(RequestPurpose::Renew, previous, record.request.request, keys, now);
    CHAPAR_TRY(write_device_keys(next, keys, ask, security, random));
    return ask;
}

bool answers_renewal(const HomePaths& paths, const Credentials& credentials) {
    const auto ask = read_ask(renewal_of(paths));
    const auto record = crypto::DeviceRecord::decode(credentials.certificate.body);
    return ask && record && record->request == ask->request;
}

Status stage_renewal(const HomePaths& paths, const Credentials& credentials) {
    CHAPAR_TRY(install_certificate(renewal_of(paths), credentials));
    return sync_folder(paths.renewal());
}

Status finish_renewal(const HomePaths& paths) {
    const HomePaths next = renewal_of(paths);
    if (!file_exists(next.certificate())) return Done{};
    const auto old = CHAPAR_TRY(certificate_in(paths.certificate()));
    const HomePaths retired{paths.retired() / to_hex(old.view()).substr(0, 16)};
    CHAPAR_TRY(make_folder(retired.home));
    const auto from = exchanged(next);
    const auto to = exchanged(paths);
    const auto kept = exchanged(retired);
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (!file_exists(from[i])) continue;  // moved before a crash
        if (file_exists(to[i]) && !file_exists(kept[i])) {
            std::error_code problem;
            fs::create_hard_link(to[i], kept[i], problem);
            if (problem) return Error(Errc::FileFailed, kept[i].string());
        }
        CHAPAR_TRY(sync_folder(retired.home));
        CHAPAR_TRY(rename_file(from[i], to[i]));
        CHAPAR_TRY(sync_folder(paths.home));
    }
    std::error_code problem;
    fs::remove_all(next.home, problem);
    return Done{};
}

Status delete_retired_keys(const HomePaths& paths) {
    std::error_code problem;
    if (!file_exists(paths.retired())) return Done{};
    for (fs::directory_iterator it(paths.retired(), problem), end; !problem && it != end;
         it.increment(problem)) {
        const HomePaths retired{it->path()};
        std::error_code failed;
        fs::remove(retired.epochs_keystore(), failed);
        if (!failed) fs::remove(retired.device_keystore(), failed);
        if (failed) return Error(Errc::FileFailed, retired.home.string());
        CHAPAR_TRY(sync_folder(retired.home));
    }
    if (problem) return Error(Errc::FileFailed, paths.retired().string());
    return Done{};
}

Result<DeviceAsk> recover_device(const HomePaths& paths, const HomeSecurity& security, TimeMs now,
                                 crypto::Random& random) {
    const std::size_t newest = CHAPAR_TRY(newest_aside(paths));
    fs::path target = paths.aside() / std::to_string(newest);
    if (file_exists(paths.certificate())) {
        // A store that someone uses is not moved away under their feet.
        if (file_exists(paths.store())) CHAPAR_TRY(open_store(paths.store()));
        // A run that was cut short goes on in the folder that it began.
        if (newest == 0 || file_exists(HomePaths{target}.certificate())) {
            target = paths.aside() / std::to_string(newest + 1);
        }
        CHAPAR_TRY(move_aside(paths, target));
    } else if (newest == 0) {
        return Error(Errc::NotFound, paths.certificate().string());
    } else if (file_exists(paths.device_keystore())) {
        return Error(Errc::AlreadyExists, paths.device_keystore().string());
    }
    const HomePaths old{target};
    const auto record = CHAPAR_TRY(device_in(old.certificate()));
    const auto previous = CHAPAR_TRY(certificate_in(old.certificate()));
    const DeviceKeys keys = fresh_device_keys(random);
    DeviceAsk ask = next_ask(RequestPurpose::Recover, previous, record.request.request, keys, now);
    CHAPAR_TRY(write_device_keys(paths, keys, ask, security, random));
    return ask;
}

namespace {

// They hold the same vault key as the keystore that came after them.
Result<std::vector<fs::path>> retired_keystores(const HomePaths& paths) {
    std::vector<fs::path> out;
    if (!file_exists(paths.retired())) return out;
    std::error_code problem;
    for (fs::directory_iterator it(paths.retired(), problem), end; !problem && it != end;
         it.increment(problem)) {
        out.push_back(HomePaths{it->path()}.device_keystore());
    }
    if (problem) return Error(Errc::FileFailed, paths.retired().string());
    return out;
}

}  // namespace

Result<std::size_t> change_passphrase(const HomePaths& paths,
                                      const crypto::SecretBuffer& old_passphrase,
                                      const HomeSecurity& next, crypto::Random& random) {
    std::vector<fs::path> keystores = CHAPAR_TRY(retired_keystores(paths));
    keystores.insert(keystores.end(),
                     {renewal_of(paths).device_keystore(), paths.audit_keystore(),
                      paths.registrar_keystore(), paths.root_keystore(), paths.device_keystore()});
    std::size_t changed = 0;
    std::size_t found = 0;
    for (const fs::path& path : keystores) {
        if (!file_exists(path)) continue;
        ++found;
        changed += CHAPAR_TRY(change_one(path, old_passphrase, next, random)) ? 1U : 0U;
    }
    if (found == 0) return Error(Errc::NotFound, paths.home.string() + ": no keystore");
    return changed;
}

}  // namespace chapar::client
