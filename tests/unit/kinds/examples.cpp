#include "tests/unit/kinds/examples.h"

#include <algorithm>
#include <set>

#include "schemas/base/errors.h"
#include "schemas/content_codec.h"
#include "schemas/kinds/kind_examples.h"

namespace chapar::testing {

namespace json = boost::json;

json::object example_of(std::string_view kind) {
    const auto all = schemas::kind_examples();
    const auto found = std::ranges::find(all, kind, &schemas::KindExample::kind);
    return json::parse(found->json).as_object();
}

json::object payload_part(json::object message) {
    for (const char* name :
         {"kind", "to", "urgency", "purpose", "classification", "handling", "personal_data",
          "reply_by", "expires", "retain", "in_reply_to", "supersedes", "case", "visible"}) {
        message.erase(name);
    }
    return message;
}

schemas::SealedContent content_of(const client::Draft& draft, std::size_t attachments) {
    schemas::SealedContent content;
    content.manifest.kind = schemas::kind_of(draft.payload);
    content.manifest.classification = draft.options.classification;
    content.manifest.attachments.assign(attachments, {900, "application/pdf", "a.pdf"});
    if (content.manifest.kind == schemas::Kind::ApprovalRequest) {
        content.manifest.attachments = {{900, "application/x-chapar-draft", "draft"}};
    }
    content.payload = draft.payload;
    return content;
}

std::string verdict(const json::object& message) {
    const auto words = [](const Error& error) {
        return std::string(text_of(error.code).code) + " " + error.context;
    };
    const auto read = client::parse_messages(json::serialize(message));
    if (!read) return words(read.error());
    const auto bytes = schemas::encode_content(content_of(read->front().draft));
    return bytes ? "" : words(bytes.error());
}

std::vector<json::value> bad_json_values(const json::value& good) {
    const json::value control("a\x01");
    std::vector<json::value> bad{nullptr, json::array{}, control};
    if (!good.is_double()) bad.insert(bad.end(), {-1, 1.5});  // degrees may be any of them
    if (!good.is_string()) bad.emplace_back("no such thing");
    if (!good.is_bool()) bad.emplace_back(true);
    if (good.is_string()) bad.insert(bad.end(), {json::object{}, "", std::string(20'000, 'x')});
    if (good.is_number()) bad.emplace_back(json::value(1e300));
    if (good.is_array()) bad.emplace_back(json::array(300, good.as_array().front()));
    return bad;
}

bool is_about(const std::string& said, const std::string& pointer) {
    const auto space = said.find(' ');
    const std::string path = said.substr(space + 1, said.find(": ") - space - 1);
    return pointer == path || pointer.starts_with(path + "/") || path.starts_with(pointer + "/");
}

}  // namespace chapar::testing
