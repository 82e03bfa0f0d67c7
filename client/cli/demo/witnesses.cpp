#include "client/cli/demo/witnesses.h"

#include "client/cli/demo/story.h"
#include "client/core/trust_card.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr DurationMs kPatience = kSecond * 30;

}  // namespace

Result<Witnesses::One> Witnesses::start_one(Stage& stage, const std::string& name,
                                            const std::string& door) {
    const Run made = stage.chapar(name, {"ledger", "witness-key", "--name", name});
    if (!made.ok()) return Error(Errc::DemoFailed, "keys of " + name + ": " + made.code());
    auto process = CHAPAR_TRY(stage.start_chapar(
        name, {"ledger", "witness", "--name", name, "--card", stage.card().string(), door,
               door == "--http" ? "127.0.0.1:0" : "tcp://127.0.0.1:0"}));
    const std::string line = CHAPAR_TRY(process.first_line(kPatience));
    const json::object ready = json::parse(line).as_object();
    return One{std::move(process),          name,
               text_at(ready, "vkey"),      text_at(ready, "listen"),
               text_at(ready, "curve_key"), text_at(ready, "http")};
}

Result<Witnesses> Witnesses::start(Stage& stage) {
    Witnesses out;
    out.log_vkey_ = CHAPAR_TRY(TrustCard::parse(read_whole(stage.card()))).log().vkey();
    out.all_.push_back(CHAPAR_TRY(start_one(stage, "witness.tj-dca.example", "--listen")));
    out.all_.push_back(CHAPAR_TRY(start_one(stage, "witness.kz-car.example", "--http")));
    return out;
}

std::string Witnesses::policy() const {
    std::string text = "log " + log_vkey_ + "\n";
    std::string group = "group both all";
    for (const One& one : all_) {
        text += "witness " + one.name + " " + one.vkey + "\n";
        group += " " + one.name;
    }
    return text + group + "\nquorum both\n";
}

std::string Witnesses::settings() const {
    std::string text;
    for (const One& one : all_) {
        text += "\n[[witness]]\nname = \"" + one.name + "\"\n";
        if (one.url.empty()) {
            text += "endpoint = \"" + one.endpoint + "\"\ncurve = \"" + one.curve + "\"\n";
        } else {
            text += "url = \"" + one.url + "\"\n";
        }
    }
    return text;
}

}  // namespace chapar::client
