#include "broker/succession_arguments.h"

#include <filesystem>
#include <string_view>

namespace chapar::broker {

namespace fs = std::filesystem;

Result<SuccessionArguments> SuccessionArguments::parse(int argc, char** argv, const char* usage) {
    SuccessionArguments out;
    const Error wrong(Errc::Usage, usage);
    for (int i = 2; i + 1 < argc; i += 2) {
        const std::string_view word = argv[i];
        const std::string value = argv[i + 1];
        std::string* one = word == "--dir"      ? &out.old_directory
                           : word == "--new"    ? &out.new_directory
                           : word == "--reason" ? &out.reason
                           : word == "--out"    ? &out.out
                           : word == "--signed" ? &out.signed_file
                                                : nullptr;
        std::vector<std::string>* many = word == "--agency"     ? &out.agencies
                                         : word == "--note"     ? &out.notes
                                         : word == "--endpoint" ? &out.endpoints
                                                                : nullptr;
        if (one != nullptr && one->empty()) {
            *one = value;
        } else if (many != nullptr) {
            many->push_back(value);
        } else {
            return wrong;
        }
    }
    if (argc % 2 != 0 || out.old_directory.empty() || out.new_directory.empty()) return wrong;
    std::error_code error;
    if (fs::weakly_canonical(out.old_directory, error) ==
        fs::weakly_canonical(out.new_directory, error)) {
        return Error(Errc::Usage, "NEW must be another directory than OLD");
    }
    return out;
}

Result<OldBroker> OldBroker::open(const SuccessionArguments& given, crypto::Random& random) {
    BrokerDirectory opened = CHAPAR_TRY(BrokerDirectory::open(given.old_directory, random));
    FarthestNotes known = CHAPAR_TRY(farthest_notes(opened, given.notes));
    return OldBroker{std::move(opened), std::move(known)};
}

std::string lines_of(const FarthestNotes& known) {
    std::string out;
    for (const std::string& line : known.silent) out += "not asked:    " + line + "\n";
    return out;
}

std::string lines_of(const CarriedOver& carried) {
    std::string out;
    for (const std::string& line : carried.refused) out += "not carried:  " + line + "\n";
    return out;
}

}  // namespace chapar::broker
