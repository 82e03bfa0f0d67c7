// broker_up, enrolled: from nothing to a centre with five agencies and seven devices.
#include "client/cli/demo/story.h"

namespace chapar::client {
namespace {

using Orders = std::vector<Stage::Order>;

std::string root_of(std::string_view agency) { return "root-" + std::string(agency); }

// Runs the same kind of command for many homes; every one must end well.
void all_end_well(Stage& stage, Step& step, const Orders& orders, const std::string& what) {
    const std::vector<Run> runs = stage.chapar_each(orders);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        step.demand(runs[i].ok(), what + " of " + orders[i].home + ": " + runs[i].code());
    }
}

void make_keys(Stage& stage, Step& step) {
    const std::string card = stage.card().string();
    Orders orders;
    for (const CastAgency& agency : cast_agencies()) {
        orders.push_back({root_of(agency.name),
                          {"key", "init", "--card", card, "--agency", std::string(agency.name)}});
    }
    for (const CastDevice& device : cast_devices()) {
        orders.push_back(
            {std::string(device.office),
             {"key", "init", "--card", card, "--agency", std::string(device.agency), "--office",
              std::string(device.office), "--officer", std::string(device.officer)}});
    }
    all_end_well(stage, step, orders, "keys");
}

// Requests go out, records come back: the centre signs agencies in, agencies their devices.
void exchange_requests(Stage& stage, Step& step) {
    const std::string broker = stage.broker_folder().string();
    for (const CastAgency& agency : cast_agencies()) {
        const auto request = stage.home(root_of(agency.name)) / "agency.request";
        const Run run = stage.run("chapar", {"key", "approve", request.string(), "--broker", broker,
                                             "--home", stage.root_folder().string(), "--json"});
        step.demand(run.ok(), "agency " + std::string(agency.name) + ": " + run.code());
    }
    Orders requests, approvals, installs;
    for (const CastDevice& device : cast_devices()) {
        const std::string office(device.office);
        const std::string request = (stage.home(office) / "out.request").string();
        const std::string record = (stage.home(office) / "in.record").string();
        requests.push_back({office, {"key", "request", "--out", request}});
        approvals.push_back({root_of(device.agency),
                             {"key", "approve", request, "--out", record, "--new-office",
                              std::string(device.country), "--role", std::string(device.role)}});
        installs.push_back({office, {"key", "request", "--accept", record}});
    }
    all_end_well(stage, step, requests, "request");
    for (const Stage::Order& order : approvals) {
        all_end_well(stage, step, {order}, "approval");  // one at a time: they share a root's home
    }
    for (const CastDevice& device : cast_devices()) {
        const std::string record = (stage.home(device.office) / "in.record").string();
        const Run run = stage.run(
            "chapar", {"broker", "admit", "--dir", broker, record + ".office", record, "--json"});
        step.demand(run.ok(), "admission of " + std::string(device.office) + ": " + run.code());
    }
    all_end_well(stage, step, installs, "certificate");
}

void push_policies(Stage& stage, Step& step) {
    Orders orders;
    for (const CastAgency& agency : cast_agencies()) {
        orders.push_back({root_of(agency.name),
                          {"policy", "push", stage.data(agency.policy).string(), "--broker",
                           stage.broker_folder().string()}});
    }
    all_end_well(stage, step, orders, "policy");
}

}  // namespace

void broker_up(Story& story, Step& step) {
    Stage& stage = story.stage;
    const auto port = free_port();
    step.demand(static_cast<bool>(port), "no free port on loopback");
    if (!port) return;
    const std::string endpoint = "tcp://127.0.0.1:" + std::to_string(*port);
    const Run founded = stage.chapar(
        "operator", {"broker", "init", "--dir", stage.broker_folder().string(), "--root-dir",
                     stage.root_folder().string(), "--name", "caricc", "--listen", endpoint});
    step.demand(founded.ok(), "founding: " + founded.code());
    const auto ready = stage.start_broker();
    step.demand(ready && *ready == "ready " + endpoint, "chapard did not say that it is ready");
    step.note("pid", stage.broker_pid());
    step.note("endpoint", endpoint);
    step.note("entries", stage.figure("size"));
    step.say("chapard is up on a fresh store, its root and its auditor's key kept apart");
}

void enrolled(Story& story, Step& step) {
    Stage& stage = story.stage;
    make_keys(stage, step);
    exchange_requests(stage, step);
    push_policies(stage, step);
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
    step.note("offices", offices);
    step.say(std::to_string(cast_agencies().size()) + " agencies and " + std::to_string(offices) +
             " offices enrolled, each with its own keys and policy");
}

}  // namespace chapar::client
