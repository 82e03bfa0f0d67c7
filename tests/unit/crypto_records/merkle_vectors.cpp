#include <doctest/doctest.h>

#include <set>

#include "crypto/base64.h"
#include "crypto/tree.h"
#include "schemas/base/hex.h"
#include "unit/crypto_records/ledger_vectors.h"

namespace chapar::testing {
namespace {

using namespace crypto;

bool inclusion_holds(const boost::json::value& test, const char* leaf, const char* index,
                     const char* size, const char* path, const char* root) {
    const std::optional<Hash> leaf_value = json_hash(test.at(leaf));
    const std::optional<Hash> root_value = json_hash(test.at(root));
    const auto nodes = json_path(test.at(path));
    if (!leaf_value || !root_value || !nodes) return false;
    return check_inclusion(*leaf_value, json_number(test, index), json_number(test, size), *nodes,
                           *root_value)
        .has_value();
}

bool consistency_holds(const boost::json::value& test) {
    const std::optional<Hash> old_root = json_hash(test.at("root1"));
    const std::optional<Hash> new_root = json_hash(test.at("root2"));
    const auto nodes = json_path(test.at("proof"));
    if (!old_root || !new_root || !nodes) return false;
    return check_consistency(json_number(test, "size1"), *old_root, json_number(test, "size2"),
                             *new_root, *nodes)
        .has_value();
}

}  // namespace

TEST_CASE("inclusion proofs are accepted and refused as the transparency.dev cases say") {
    const std::string name = "merkle/inclusion.json";
    const boost::json::value cases = ledger_json(name);
    for (const auto& test : cases.as_array()) {
        CAPTURE(json_text(test, "file"));
        CHECK(inclusion_holds(test, "leafHash", "leafIdx", "treeSize", "proof", "root") ==
              !test.at("wantErr").as_bool());
        ledger_vectors().count(name);
    }
}

TEST_CASE("consistency proofs are accepted and refused as the transparency.dev cases say") {
    const std::string name = "merkle/consistency.json";
    // That library proves nothing from size 0; ours says that the empty tree is a prefix of every
    // tree when both are given as they are (SOURCE.md, traps).
    const std::set<std::string> from_empty = {
        "consistency/additional/sizes-are-equal-zero-and-proof-is-empty.json",
        "consistency/additional/size1-is-zero-and-size2-is-not-zero.json",
    };
    const boost::json::value cases = ledger_json(name);
    for (const auto& test : cases.as_array()) {
        CAPTURE(json_text(test, "file"));
        const bool trap = from_empty.contains(json_text(test, "file"));
        CHECK(consistency_holds(test) == (trap || !test.at("wantErr").as_bool()));
        ledger_vectors().count(name);
    }
}

TEST_CASE("the RFC 6962 reference tree has its leaves, nodes and roots") {
    const std::string name = "merkle/rfc6962-reference-tree.json";
    const boost::json::value file = ledger_json(name);
    std::vector<std::vector<Hash>> levels;
    for (const auto& level : file.at("node_hashes_hex_by_level").as_array()) {
        levels.emplace_back();
        for (const auto& node : level.as_array()) {
            levels.back().push_back(hash_from_hex(std::string_view(node.as_string())));
        }
    }
    std::size_t index = 0;
    for (const auto& input : file.at("leaf_inputs_hex").as_array()) {
        const Bytes leaf = from_hex(std::string_view(input.as_string())).value();
        CHECK(leaf_hash(leaf) == levels[0][index++]);
        ledger_vectors().count(name);
    }
    for (std::size_t level = 1; level < levels.size(); ++level) {
        for (std::size_t i = 0; i < levels[level].size(); ++i) {
            CHECK(node_hash(levels[level - 1][2 * i], levels[level - 1][2 * i + 1]) ==
                  levels[level][i]);
            ledger_vectors().count(name);
        }
    }
    std::size_t size = 0;
    for (const auto& root : file.at("root_hex_by_size").as_array()) {
        CHECK(tree_root(std::span(levels[0]).first(size++)) ==
              hash_from_hex(std::string_view(root.as_string())));
        ledger_vectors().count(name);
    }
}

TEST_CASE("real proofs in a tree of 961,984,011 leaves hold, and fail one place away") {
    const std::string name = "ct-argon2020/argon2020-961984011.json";
    const boost::json::value file = ledger_json(name);
    const Hash root = json_hash(file.at("root_hash")).value();
    const std::uint64_t size = json_number(file, "tree_size");
    const auto& inclusion = file.at("inclusion");
    const Hash leaf = leaf_hash(from_base64(json_text(inclusion, "leaf_data")).value());
    const auto path = json_path(inclusion.at("proof")).value();
    const std::uint64_t index = json_number(inclusion, "leaf_index");
    CHECK(check_inclusion(leaf, index, size, path, root));
    CHECK_FALSE(check_inclusion(leaf, index + 1, size, path, root));
    ledger_vectors().count(name);
    const auto& consistency = file.at("consistency");
    const Hash old_root = json_hash(consistency.at("root1")).value();
    const std::uint64_t old_size = json_number(consistency, "size1");
    const auto nodes = json_path(consistency.at("proof")).value();
    CHECK(check_consistency(old_size, old_root, size, root, nodes));
    CHECK_FALSE(check_consistency(old_size + 1, old_root, size, root, nodes));
    ledger_vectors().count(name);
}

TEST_CASE("Sigsum's inclusion proofs are accepted and refused as its cases say") {
    for (const bool valid : {true, false}) {
        const std::string name =
            valid ? "sigsum/inclusion-valid.json" : "sigsum/inclusion-invalid.json";
        const boost::json::value cases = ledger_json(name);
        for (const auto& test : cases.as_array()) {
            CHECK(inclusion_holds(test, "leaf_hash", "leaf_index", "tree_size", "inclusion_path",
                                  "root_hash") == valid);
            ledger_vectors().count(name);
        }
    }
}

}  // namespace chapar::testing
