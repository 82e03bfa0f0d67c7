// broker_up, enrolled: from nothing to a centre with five agencies and seven devices.
//
// Two agencies go through the whole ceremony by hand: each person is a home of their own and signs
// with `key approve`, and nobody signs twice.
#include "client/cli/demo/steps_found_keys.h"
#include "client/cli/demo/story.h"
#include "client/cli/records/sign_flow.h"

namespace chapar::client {
namespace {

using Orders = std::vector<Stage::Order>;

// Runs the same kind of command for many homes, side by side; every one must end well.
void all_end_well(Stage& stage, Step& step, const Orders& orders, const std::string& what) {
    const std::vector<Run> runs = stage.chapar_each(orders);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        step.demand(runs[i].ok(), what + " by " + orders[i].home + ": " + runs[i].code());
    }
}

void must(Step& step, const Status& status, const std::string& what) {
    if (!status) {
        step.demand(false, what + ": " + std::string(text_of(status.error().code).code) + " " +
                               status.error().context);
    }
}

std::vector<std::string> by_hand() {
    std::vector<std::string> out;
    for (const CastAgency& agency : cast_agencies()) {
        if (agency.founding == Founding::ByHand) out.emplace_back(agency.name);
    }
    return out;
}

// The ceremony of the agencies founded by hand, one step for all of them at a time.
class Ceremony {
  public:
    Ceremony(Stage& stage, Step& step) : stage_(stage), step_(step), agencies_(by_hand()) {}

    // Roots are named, the centre signs them in; two of three name the registrars.
    void found() {
        each("agency record", [this](const std::string& agency) {
            return Stage::Order{
                "operator",
                {"key", "agency", "--agency", agency, "--roots", keys(agency, "root", kDemoRoots),
                 "--threshold", "2", "--audit-key", file(agency + "-audit.key"), "--out",
                 file(agency + ".agency")}};
        });
        for (const std::string& agency : agencies_) {
            const Run run =
                stage_.run("chapar", {"key", "approve", file(agency + ".agency"), "--yes",
                                      "--broker", stage_.broker_folder().string(), "--home",
                                      stage_.root_folder().string(), "--json"});
            step_.demand(run.ok(), "the centre's root, for " + agency + ": " + run.code());
        }
        each("registrars' record", [this](const std::string& agency) {
            return Stage::Order{"operator",
                                {"key", "registrars", "--roots", file(agency + ".agency"), "--keys",
                                 keys(agency, "registrar", kDemoRegistrars), "--out",
                                 file(agency + ".registrars")}};
        });
        each("first root", [this](const std::string& agency) {
            return approval(root_home(agency, 1), file(agency + ".registrars"), "");
        });
        nobody_signs_twice();
        each("second root", [this](const std::string& agency) {
            return approval(root_home(agency, 3), file(agency + ".registrars"), broker());
        });
        for (int i = 1; i <= kDemoRegistrars; ++i) {
            each("registrars in place", [this, i](const std::string& agency) {
                return Stage::Order{registrar_home(agency, i),
                                    {"key", "install", file(agency + ".registrars"), "--yes"}};
            });
        }
    }

    // Each agency confirms the roots of all others, read from the files they give away.
    void confirm_peers() {
        each("own roots", [this](const std::string& agency) {
            return Stage::Order{registrar_home(agency, 1),
                                {"key", "peers", "--give", file(agency + ".roots")}};
        });
        each("peers, first registrar", [this](const std::string& agency) {
            Stage::Order order{registrar_home(agency, 1),
                               {"key", "peers", "--yes", "--out", file(agency + ".peers")}};
            for (const CastAgency& other : cast_agencies()) {
                if (other.name == agency) continue;
                order.arguments.insert(order.arguments.end(),
                                       {"--add", file(std::string(other.name) + ".roots")});
            }
            return order;
        });
        each("peers, second registrar", [this](const std::string& agency) {
            return approval(registrar_home(agency, 2), file(agency + ".peers"), broker());
        });
    }

    // Request, two approvals, certificate: the answer's file brings roots and registrars too.
    void enrol_devices() {
        for (const CastDevice& device : cast_devices()) {
            if (founding_of(device.agency) != Founding::ByHand) continue;
            const std::string office(device.office);
            const std::string agency(device.agency);
            const std::string request = file(office + ".request");
            one({office, {"key", "request", "--out", request}}, "request");
            one({registrar_home(agency, 1),
                 {"key", "approve", request, "--yes", "--out", request, "--new-office",
                  std::string(device.country), "--role", std::string(device.role)}},
                "first registrar");
            one(approval(registrar_home(agency, 2), request, broker()), "second registrar");
            one({office, {"key", "install", request, "--yes"}}, "certificate");
        }
    }

    void push_policies() {
        each("policy, first registrar", [this](const std::string& agency) {
            return Stage::Order{
                registrar_home(agency, 1),
                {"policy", "push", policy_of(agency), "--out", file(agency + ".policy")}};
        });
        each("policy, second registrar", [this](const std::string& agency) {
            return approval(registrar_home(agency, 2), file(agency + ".policy"), broker());
        });
    }

  private:
    [[nodiscard]] std::string file(const std::string& name) const {
        return (stage_.folder() / name).string();
    }
    [[nodiscard]] std::string broker() const { return stage_.broker_folder().string(); }
    [[nodiscard]] std::string keys(const std::string& agency, const std::string& role,
                                   int count) const {
        std::string out;
        for (int i = 1; i <= count; ++i) {
            out +=
                (i == 1 ? "" : ",") + file(agency + "-" + role + "-" + std::to_string(i)) + ".key";
        }
        return out;
    }
    [[nodiscard]] std::string policy_of(const std::string& agency) const {
        for (const CastAgency& cast : cast_agencies()) {
            if (cast.name == agency) return stage_.data(cast.policy).string();
        }
        return "";
    }
    // The file goes on under its own name, with one signature more.
    [[nodiscard]] static Stage::Order approval(const std::string& home, const std::string& path,
                                               const std::string& broker) {
        Stage::Order order{home, {"key", "approve", path, "--yes", "--out", path}};
        if (!broker.empty()) {
            order.arguments.insert(order.arguments.end(), {"--broker", broker});
        }
        return order;
    }
    template <typename Make>
    void each(const std::string& what, Make make) {
        Orders orders;
        for (const std::string& agency : agencies_) orders.push_back(make(agency));
        all_end_well(stage_, step_, orders, what);
    }
    void one(const Stage::Order& order, const std::string& what) {
        all_end_well(stage_, step_, {order}, what);
    }
    void nobody_signs_twice() {
        const std::string& agency = agencies_.front();
        const Stage::Order again = approval(root_home(agency, 1), file(agency + ".registrars"), "");
        const Run run = stage_.chapar(again.home, again.arguments);
        step_.demand(run.code() == "signed.already", "one person signed twice: " + run.code());
    }

    Stage& stage_;
    Step& step_;
    std::vector<std::string> agencies_;
};

// The roots of all agencies, as their files say.
std::vector<AgencyRoots> all_roots(const Stage& stage, Step& step) {
    std::vector<AgencyRoots> out;
    for (const CastAgency& agency : cast_agencies()) {
        const auto path = stage.folder() / (std::string(agency.name) + ".roots");
        const auto file = read_ceremony_file(path.string());
        step.demand(file && file->roots, "roots of " + std::string(agency.name));
        if (file && file->roots) out.push_back(*file->roots);
    }
    return out;
}

}  // namespace

void broker_up(Story& story, Step& step) {
    Stage& stage = story.stage;
    const auto port = free_port();
    step.demand(static_cast<bool>(port), "no free port on loopback");
    if (!port) return;
    const std::string endpoint = "tcp://127.0.0.1:" + std::to_string(*port);
    must(step, found_demo_centre(stage, endpoint), "founding");
    const auto ready = stage.start_broker();
    step.demand(ready && *ready == "ready " + endpoint, "chapard did not say that it is ready");
    step.note("pid", stage.broker_pid());
    step.note("endpoint", endpoint);
    step.note("entries", stage.figure("size"));
    step.say("chapard is up on a fresh store, its root and its auditor's key kept apart");
}

void enrolled(Story& story, Step& step) {
    Stage& stage = story.stage;
    must(step, make_demo_homes(stage), "homes");
    const auto quick = found_at_once(stage);
    if (!quick) return must(step, quick.error(), "agencies");
    Ceremony ceremony(stage, step);
    ceremony.found();
    ceremony.confirm_peers();
    ceremony.enrol_devices();
    ceremony.push_policies();
    must(step, serve_at_once(stage, *quick, all_roots(stage, step)), "registrars");
    Orders orders;
    for (const CastDevice& device : cast_devices()) {
        orders.push_back({std::string(device.office), {"inbox", "watch", "--once"}});
        story.expected[std::string(device.office)] = 0;
    }
    all_end_well(stage, step, orders, "first session");
    const std::uint64_t offices = stage.figure("offices");
    step.demand(offices == cast_devices().size(), "offices in the directory");
    step.demand(stage.figure("agencies") == cast_agencies().size(), "agencies in the directory");
    step.note("agencies", cast_agencies().size());
    step.note("by_hand", by_hand().size());
    step.note("offices", offices);
    step.say(std::to_string(cast_agencies().size()) + " agencies and " + std::to_string(offices) +
             " offices enrolled: 2 of 3 roots name two registrars, who sign together; each agency "
             "confirmed the others' roots");
}

}  // namespace chapar::client
