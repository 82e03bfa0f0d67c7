#include "client/edge/backup_header.h"

#include "crypto/note.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

constexpr std::string_view kMagic = "chapar-backup/1\n";

Error invalid(const char* what) { return Error(Errc::BackupInvalid, what); }

}  // namespace

Bytes BackupHeader::encode() const {
    return LayoutWriter()
        .raw(view(kMagic))
        .u8(static_cast<std::uint8_t>(part))
        .raw(id.view())
        .raw(home.view())
        .counted8(view(origin))
        .u64(made.value)
        .u64(size.value)
        .raw(root.view())
        .counted16(view(note))
        .raw(holder.view())
        .take();
}

Result<BackupHeader> BackupHeader::decode(ByteView bytes, std::size_t& used) {
    LayoutReader in(bytes);
    BackupHeader out;
    if (!equal(in.raw(kMagic.size()), view(kMagic))) return invalid("not a backup");
    const std::uint8_t part = in.u8();
    if (part != 1 && part != 2) return invalid("header");
    out.part = static_cast<BackupPart>(part);
    out.id = in.fixed<BackupId>();
    out.home = in.fixed<Home>();
    out.origin = to_string(in.counted8());
    out.made = TimeMs(in.u64());
    out.size = TreeSize(in.u64());
    out.root = in.fixed<Hash>();
    out.note = to_string(in.counted16());
    out.holder = in.fixed<PublicKey>();
    if (!in.ok() || !crypto::is_note_name(out.origin)) return invalid("header");
    used = bytes.size() - in.remaining();
    return out;
}

}  // namespace chapar::client
