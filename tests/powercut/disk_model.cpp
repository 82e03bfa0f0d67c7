#include "tests/powercut/disk_model.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "schemas/base/assert.h"

namespace chapar::powercut {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kRoot = 1;
constexpr const char* kDataFile = "store/data.mdb";

std::uint64_t inode_of(const fs::path& path) {
    struct stat status {};
    CHAPAR_ASSERT(lstat(path.c_str(), &status) == 0);
    return status.st_ino;
}

Bytes read_whole(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    CHAPAR_ASSERT(file >= 0 && fstat(file, &status) == 0);
    Bytes content(static_cast<std::size_t>(status.st_size));
    const ssize_t got = pread(file, content.data(), content.size(), 0);
    ::close(file);
    content.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return content;
}

void write_file(const fs::path& path, const File& file) {
    const int to = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    CHAPAR_ASSERT(to >= 0);
    const ssize_t put = ::write(to, file.data.data(), file.data.size());
    CHAPAR_ASSERT(put == static_cast<ssize_t>(file.data.size()));
    if (file.size > file.data.size()) {
        CHAPAR_ASSERT(::ftruncate(to, static_cast<off_t>(file.size)) == 0);
    }
    ::close(to);
}

void put_bytes(File& file, std::uint64_t offset, ByteView bytes) {
    const std::uint64_t end = offset + bytes.size();
    if (file.data.size() < end) file.data.resize(end);
    std::copy(bytes.begin(), bytes.end(), file.data.begin() + static_cast<std::ptrdiff_t>(offset));
    file.size = std::max(file.size, end);
}

void put_part(File& file, const Change& change, const Part& part) {
    const ByteView bytes =
        change.data.first(std::min(part.cut.value_or(change.data.size()), change.data.size()));
    std::uint64_t at = change.offset;
    for (unsigned sector = 0; at < change.offset + bytes.size(); ++sector) {
        const std::uint64_t end =
            std::min((at / kSector + 1) * kSector, change.offset + bytes.size());
        if ((part.sectors >> sector & 1U) != 0) {
            put_bytes(file, at, bytes.subspan(at - change.offset, end - at));
        }
        at = end;
    }
}

void resize(File& file, std::uint64_t size) {
    file.size = size;
    if (file.data.size() > size) file.data.resize(size);
}

bool is_name(const Change& change) {
    return change.kind != Change::Kind::Write && change.kind != Change::Kind::Resize;
}

void forget(Tree& tree, std::uint64_t directory, const std::string& name, std::uint64_t target) {
    Names& names = tree[directory];
    const auto found = names.find(name);
    if (found != names.end() && found->second == target) names.erase(found);
}

void rename_in(Tree& tree, const Change& change) {
    switch (change.kind) {
        case Change::Kind::Link:
            tree[change.object][change.name] = change.target;
            break;
        case Change::Kind::Unlink:
            forget(tree, change.object, change.name, change.target);
            break;
        case Change::Kind::Rename:
            forget(tree, change.object, change.name, change.target);
            tree[change.to_object][change.to_name] = change.target;
            break;
        case Change::Kind::Write:
        case Change::Kind::Resize:
            break;
    }
}

std::uint64_t mixed(std::uint64_t state, std::uint64_t value) {  // splitmix64's finish
    state += value + 0x9e3779b97f4a7c15U;
    state = (state ^ state >> 30U) * 0xbf58476d1ce4e5b9U;
    state = (state ^ state >> 27U) * 0x94d049bb133111ebU;
    return state ^ state >> 31U;
}

const char* word_of(Change::Kind kind) {
    switch (kind) {
        case Change::Kind::Write:
            return "write";
        case Change::Kind::Resize:
            return "resize";
        case Change::Kind::Link:
            return "name";
        case Change::Kind::Unlink:
            return "unlink";
        case Change::Kind::Rename:
            break;
    }
    return "rename";
}

}  // namespace

DiskModel::DiskModel(const fs::path& directory, Sabotage sabotage) : sabotage_(sabotage) {
    objects_[inode_of(directory)] = kRoot;
    next_object_ = kRoot + 1;
    load(directory, kRoot);
    tree_ = durable_tree_;
}

void DiskModel::load(const fs::path& directory, std::uint64_t object) {
    durable_tree_[object];
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (!entry.is_regular_file() && !entry.is_directory()) continue;
        const std::uint64_t made = next_object_++;
        objects_[inode_of(entry.path())] = made;
        durable_tree_[object][entry.path().filename().string()] = made;
        if (entry.is_directory()) {
            load(entry.path(), made);
            continue;
        }
        Bytes content = read_whole(entry.path());
        sizes_[made] = content.size();
        files_[made] = {std::move(content), sizes_[made]};
        if (directory.filename() == "store" && entry.path().filename() == "data.mdb") {
            data_file_ = made;
        }
    }
}

std::uint64_t DiskModel::object_at(const std::string& path) const {
    std::uint64_t object = kRoot;
    for (const fs::path& step : fs::path(path)) {
        const auto names = tree_.find(object);
        CHAPAR_ASSERT(names != tree_.end());
        const auto found = names->second.find(step.string());
        CHAPAR_ASSERT(found != names->second.end());
        object = found->second;
    }
    return object;
}

std::string DiskModel::name_of(std::uint64_t object) const {
    for (const auto& [directory, names] : tree_) {
        for (const auto& [name, target] : names) {
            if (target == object) return name;
        }
    }
    return "nameless";
}

void DiskModel::add(Change change) {
    change.number = ++changes_;
    if (is_name(change)) rename_in(tree_, change);
    pending_.push_back(std::move(change));
    while (sabotage_ != Sabotage::None && pending_.size() > kWindow) {
        make_durable(pending_.front());
        pending_.erase(pending_.begin());
    }
}

void DiskModel::add_write(const Event& event) {
    const std::uint64_t object = objects_.at(event.inode);
    ByteView rest = event.data;
    std::uint64_t at = event.offset;
    while (!rest.empty()) {
        const std::size_t size = std::min<std::uint64_t>(rest.size(), kPiece - at % kPiece);
        Change change;
        change.object = object;
        change.offset = at;
        change.data = rest.first(size);
        change.appends = at + size > sizes_[object];
        sizes_[object] = std::max(sizes_[object], at + size);
        add(std::move(change));
        rest = rest.subspan(size);
        at += size;
    }
}

void DiskModel::add_name(const Event& event) {
    const fs::path path(event.path);
    const std::uint64_t made = next_object_++;
    objects_[event.inode] = made;
    if (event.type == EventType::MakeDirectory) {
        tree_[made];
        durable_tree_[made];
    } else {
        files_[made] = {};
        sizes_[made] = 0;
        if (event.path == kDataFile) data_file_ = made;
    }
    Change change;
    change.kind = Change::Kind::Link;
    change.object = object_at(path.parent_path());
    change.name = path.filename();
    change.target = made;
    add(std::move(change));
}

void DiskModel::add_unlink(const Event& event) {
    const fs::path path(event.path);
    Change change;
    change.kind = Change::Kind::Unlink;
    change.object = object_at(path.parent_path());
    const Names& names = tree_[change.object];
    // A socket: nothing that a power cut leaves.
    if (!names.contains(path.filename())) return;
    change.name = path.filename();
    change.target = names.at(change.name);
    add(std::move(change));
}

void DiskModel::add_rename(const Event& event) {
    const fs::path from(event.path);
    const fs::path to(event.to);
    Change change;
    change.kind = Change::Kind::Rename;
    change.object = object_at(from.parent_path());
    change.name = from.filename();
    change.target = object_at(event.path);
    change.to_object = object_at(to.parent_path());
    change.to_name = to.filename();
    change.unsynced = {change.object, change.to_object};
    add(std::move(change));
}

void DiskModel::apply(const Event& event) {
    switch (event.type) {
        case EventType::Write:
            return add_write(event);
        case EventType::Resize: {
            Change change;
            change.kind = Change::Kind::Resize;
            change.object = objects_.at(event.inode);
            change.offset = event.offset;
            sizes_[change.object] = event.offset;
            return add(std::move(change));
        }
        case EventType::Create:
        case EventType::MakeDirectory:
            return add_name(event);
        case EventType::Unlink:
            return add_unlink(event);
        case EventType::Rename:
            return add_rename(event);
        case EventType::Mark:
        case EventType::Sync:
            break;
    }
}

bool DiskModel::sync_counts(std::uint64_t object) const {
    if (sabotage_ == Sabotage::SyncIgnored) return false;
    return sabotage_ != Sabotage::NoSync || object != data_file_;
}

void DiskModel::settle(const Event& event) {
    const bool is_sync = event.type == EventType::Sync;
    if (!is_sync && !(event.type == EventType::Write && event.synced)) return;
    const std::uint64_t object = objects_.at(event.inode);
    if (!sync_counts(object)) return;
    if (!is_sync && sabotage_ == Sabotage::NoMetaSync && object == data_file_) return;
    const std::uint64_t end = event.offset + event.data.size();
    std::vector<Change> left;
    for (Change& change : pending_) {
        change.unsynced.erase(object);
        bool durable = change.object == object;
        if (change.kind == Change::Kind::Rename) durable = change.unsynced.empty();
        // Other writes to the file are not synced by a write through O_DSYNC.
        if (!is_sync) durable = durable && change.offset >= event.offset && change.offset < end;
        durable ? make_durable(change) : left.push_back(std::move(change));
    }
    pending_ = std::move(left);
}

void DiskModel::make_durable(const Change& change) {
    if (is_name(change)) return rename_in(durable_tree_, change);
    File& file = files_[change.object];
    change.kind == Change::Kind::Write ? put_bytes(file, change.offset, change.data)
                                       : resize(file, change.offset);
}

std::uint64_t DiskModel::identity(const Choice& choice) const {
    CHAPAR_ASSERT(choice.size() == pending_.size());
    std::size_t count = choice.size();
    std::uint64_t top = changes_;
    // What is missing at the end had not been done.
    while (count > 0 && choice[count - 1].sectors == 0 && pending_[count - 1].number == top) {
        --count;
        --top;
    }
    std::uint64_t identity = mixed(0, top);
    for (std::size_t i = 0; i < count; ++i) {
        if (choice[i] == Part{}) continue;
        identity = mixed(mixed(identity, pending_[i].number), choice[i].sectors);
        identity = mixed(identity, choice[i].cut.value_or(kPiece));
    }
    return identity;
}

DiskModel::Assembled DiskModel::assemble(const Choice& choice) const {
    CHAPAR_ASSERT(choice.size() == pending_.size());
    Assembled out{durable_tree_, {}};
    for (std::size_t i = 0; i < choice.size(); ++i) {
        const Change& change = pending_[i];
        if (choice[i].sectors == 0) continue;
        if (is_name(change)) {
            rename_in(out.tree, change);
            continue;
        }
        const auto [found, is_new] = out.changed.try_emplace(change.object);
        if (is_new) found->second = files_.at(change.object);
        change.kind == Change::Kind::Write ? put_part(found->second, change, choice[i])
                                           : resize(found->second, change.offset);
    }
    return out;
}

void DiskModel::write(const Choice& choice, const fs::path& directory,
                      const std::set<std::string>& skip) const {
    const Assembled image = assemble(choice);
    std::vector<std::pair<std::uint64_t, fs::path>> folders{{kRoot, directory}};
    while (!folders.empty()) {
        const auto [object, path] = folders.back();
        folders.pop_back();
        const auto names = image.tree.find(object);
        if (names == image.tree.end()) continue;
        for (const auto& [name, target] : names->second) {
            if (skip.contains(name)) continue;
            if (const auto file = files_.find(target); file != files_.end()) {
                const auto changed = image.changed.find(target);
                write_file(path / name,
                           changed == image.changed.end() ? file->second : changed->second);
                continue;
            }
            CHAPAR_ASSERT(::mkdir((path / name).c_str(), 0700) == 0);
            folders.emplace_back(target, path / name);
        }
    }
}

std::map<std::string, Bytes> DiskModel::everything() const {
    const Assembled image = assemble(Choice(pending_.size()));
    std::map<std::string, Bytes> out;
    std::vector<std::pair<std::uint64_t, fs::path>> folders{{kRoot, fs::path()}};
    while (!folders.empty()) {
        const auto [object, path] = folders.back();
        folders.pop_back();
        const auto names = image.tree.find(object);
        if (names == image.tree.end()) continue;
        for (const auto& [name, target] : names->second) {
            const auto file = files_.find(target);
            if (file == files_.end()) {
                folders.emplace_back(target, path / name);
                continue;
            }
            const auto changed = image.changed.find(target);
            const File& content = changed == image.changed.end() ? file->second : changed->second;
            Bytes bytes = content.data;
            bytes.resize(content.size);
            out[path / name] = std::move(bytes);
        }
    }
    return out;
}

std::string DiskModel::describe(const Choice& choice) const {
    std::string out;
    for (std::size_t i = 0; i < choice.size(); ++i) {
        const Change& change = pending_[i];
        if (choice[i] == Part{}) continue;
        out += out.empty() ? "" : ", ";
        out += choice[i].sectors == 0 ? "missing " : "torn ";
        out += std::string(word_of(change.kind)) + " #" + std::to_string(change.number) + " of " +
               (is_name(change) ? change.name : name_of(change.object)) + " at " +
               std::to_string(change.offset);
    }
    return out.empty() ? "nothing missing" : out;
}

}  // namespace chapar::powercut
