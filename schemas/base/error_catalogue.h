// The one error catalogue: X(name, code, exit, sentence, left unchanged, next step).
//
// Rows may be added; a row's code and meaning never change. Order is free: the numbers of the enum
// never leave the process, the codes do.
#pragma once

// clang-format off
#define CHAPAR_ERROR_CATALOGUE(X) \
/* what was received */ \
X(MalformedLayout, "malformed.layout", Other, "A record does not follow its layout.", "Nothing was stored.", "Send it again from an unmodified client.") \
X(MalformedFrame, "malformed.frame", Other, "A frame could not be read.", "Nothing was stored; the session was closed.", "Send it again from an unmodified client.") \
X(MalformedHeader, "malformed.header", Other, "The header of the envelope is not canonical or uses unknown fields.", "Nothing was stored.", "Update the client that wrote it.") \
X(HeaderRule, "header.rule", Other, "The header breaks a rule of its kind.", "Nothing was stored.", "Correct the named field.") \
X(TooLarge, "too.large", Other, "The input is larger than its limit.", "Nothing was stored.", "Split it, or leave out attachments.") \
X(NameInvalid, "name.invalid", Usage, "A name must have 2 to 32 characters of A-Z, 0-9 and '-'.", "Nothing was changed.", "Correct the name.") \
X(VersionUnknown, "version.unknown", Other, "A record has a version or level that this program does not know.", "Nothing was read past it.", "Update this program.") \
X(WrongHome, "home.wrong", Other, "The envelope was made for another centre.", "Nothing was stored.", "Send it to the centre it names.") \
/* people's input */ \
X(Usage, "usage", Usage, "The command was not understood.", "Nothing was done.", "See --help.") \
X(JsonInvalid, "input.json", Usage, "The input is not valid JSON.", "Nothing was sent.", "Correct the place that is named.") \
X(FieldUnknown, "input.field-unknown", Usage, "The input has a field that this kind does not have.", "Nothing was sent.", "Remove or rename the field.") \
X(FieldMissing, "input.field-missing", Usage, "A mandatory field is missing.", "Nothing was sent.", "Add the field.") \
X(FieldInvalid, "input.field-invalid", Usage, "A field has a value that it cannot have.", "Nothing was sent.", "Correct the field.") \
X(ConfigInvalid, "config.invalid", Usage, "The configuration is not valid.", "Nothing was started.", "Correct the line and column that are named.") \
X(OfficeUnknown, "office.unknown", Usage, "No such office in the directory.", "Nothing was sent.", "Check the name, or sync the directory.") \
X(NotFound, "not.found", Other, "There is no such item.", "Nothing was changed.", "List the items to see their names.") \
X(AlreadyExists, "already.exists", Conflict, "It exists already.", "Nothing was overwritten.", "Choose another name or folder, or leave it as it is.") \
/* crypto */ \
X(SignatureInvalid, "signature.invalid", VerificationFailed, "A signature does not verify.", "Nothing was accepted.", "Do not trust this record; tell its author.") \
X(KeyInvalid, "key.invalid", VerificationFailed, "A public key is not a valid point of the main subgroup.", "Nothing was accepted.", "Make a new key.") \
X(OpenFailed, "open.failed", VerificationFailed, "The sealed text could not be opened.", "Nothing was shown.", "Ask the sender to send it again.") \
X(BatchPath, "batch.path", VerificationFailed, "The envelope does not belong to the signed batch.", "Nothing was accepted.", "Do not trust this envelope.") \
X(BatchSignature, "batch.signature", VerificationFailed, "The signature of the batch does not verify.", "Nothing was accepted.", "Do not trust this envelope.") \
X(ApprovalAudience, "approval.audience", VerificationFailed, "An approval was given for another audience.", "Nothing was accepted.", "Ask for a new approval.") \
X(ApprovalSignature, "approval.signature", VerificationFailed, "The signature of an approval does not verify.", "Nothing was accepted.", "Ask for a new approval.") \
X(StanzaNotInRoot, "stanza.in_sr", VerificationFailed, "A recipient's stanza is not the one that was signed.", "Nothing was accepted.", "Do not trust this envelope.") \
X(StanzaDuplicate, "stanza.duplicate", VerificationFailed, "A certificate has two stanzas in one envelope.", "Nothing was accepted.", "Update the client that wrote it.") \
X(StanzaAuditors, "stanza.auditors", VerificationFailed, "The auditor stanzas are not those the header names.", "Nothing was accepted.", "Update the client that wrote it.") \
X(HpkeOpen, "hpke.open", VerificationFailed, "The stanza does not open with this device's key.", "Nothing was shown.", "Ask the sender to send it again.") \
X(Commitments, "commitments", VerificationFailed, "The key commitments do not fit the key.", "Nothing was shown.", "Do not trust this envelope.") \
X(OwnStanza, "own_stanza", VerificationFailed, "The stanza was not derived from its label.", "Nothing was shown.", "Do not trust this envelope.") \
X(AuditStanza, "audit_stanza", VerificationFailed, "The auditor's stanza is a sham.", "Nothing was shown.", "Do not trust this envelope.") \
X(StreamRoot, "stream.root", VerificationFailed, "The ciphertext is not the one that was signed.", "Nothing was shown.", "Fetch it again.") \
X(StreamOpen, "stream.open", VerificationFailed, "The ciphertext does not open.", "Nothing was shown.", "Do not trust this envelope.") \
X(StreamMissing, "stream.missing", Other, "The broker does not hold all attachments of this envelope.", "Nothing was stored.", "Upload them, then send it again.") \
X(StreamPadding, "stream.padding", VerificationFailed, "The padding is not the one the rule demands.", "Nothing was shown.", "Do not trust this envelope.") \
X(ManifestMismatch, "manifest.mismatch", VerificationFailed, "The sealed manifest contradicts the header.", "Nothing was shown.", "Do not trust this envelope.") \
X(SelfTest, "crypto.self-test", Other, "A cryptographic self-test failed.", "Nothing was started.", "Install the patched libsodium of your distribution.") \
X(ModeRefused, "hpke.mode-refused", Other, "This HPKE mode is refused.", "Nothing was opened.", "Use mode base or psk.") \
X(PassphraseWrong, "passphrase.wrong", VerificationFailed, "The passphrase does not open the keystore.", "Nothing was changed.", "Try again.") \
X(KeystoreExposed, "keystore.exposed", Other, "The keystore can be read by others.", "Nothing was opened.", "chmod 600 the file; if it was copied, revoke the key.") \
X(RecordKeyGone, "record.key-gone", Other, "The key of this record was destroyed.", "Nothing was shown.", "Ask the sender to send it again, if it may still be read.") \
X(RecordKeyDamaged, "record.key-damaged", Other, "The key of this record is damaged.", "The other records are not touched.", "Ask the sender to send it again.") \
X(MemoryUnlocked, "memory.unlocked", Other, "Memory for secrets cannot be locked.", "Nothing was started.", "Raise the limit of locked memory (ulimit -l) to at least 8 MiB.") \
/* attachments and approvals */ \
X(AttachmentTooLarge, "attachment.too-large", Usage, "The attachment is larger than 100 MiB.", "Nothing was sent.", "Split it, or send a smaller version.") \
X(AttachmentType, "attachment.type", Usage, "A file of this type may not be attached, or it is not what its type says.", "Nothing was sent.", "Send it as PDF, picture, text, table, document, video or sound; name its type with --media-type.") \
X(AttachmentChanged, "attachment.changed", Conflict, "The attached file was changed after it was chosen.", "The draft was not sealed.", "Drop the draft and send the file again as it is now.") \
X(ApprovalsAwaited, "approvals.awaited", QueuedOnly, "The envelope waits for approvals.", "Nothing was sent but the requests.", "It will be sealed and sent when they have come.") \
/* directory */ \
X(PeerUnconfirmed, "peer.unconfirmed", Other, "Your agency has not confirmed the roots of that agency.", "Nothing was sent.", "Ask your registrars to confirm its fingerprints.") \
X(PeerKeyChanged, "peer.key-changed", VerificationFailed, "The roots of that agency are not those that your agency confirmed.", "Nothing was sent.", "Stop, and call that agency before anything else.") \
X(SignedAlready, "signed.already", Conflict, "This person has signed it already.", "Nothing was signed.", "Give it to the next person who must sign.") \
X(SignerRefused, "signer.refused", Usage, "This key does not sign records of this kind.", "Nothing was signed.", "Take it to a person whose key does.") \
X(CertificateUnknown, "certificate.unknown", Other, "The certificate is not in the directory.", "Nothing was stored.", "Enrol the device, or sync the directory.") \
X(CertificateExpired, "certificate.expired", Other, "The certificate is not valid at this time.", "Nothing was stored.", "Renew the certificate.") \
X(CertificateRevoked, "certificate.revoked", Other, "The certificate has been revoked.", "Nothing was stored.", "Enrol a new device.") \
X(CertificateSuspended, "certificate.suspended", Other, "The certificate is suspended.", "Nothing was stored.", "Call the registrars of the agency; they reinstate or revoke it.") \
X(SlipTimes, "slip.times", Other, "The slip or override is not valid at this time.", "Nothing was changed.", "Use another one, or have a new one signed.") \
X(SlipUsed, "slip.used", Conflict, "This suspension slip was used before.", "Nothing was changed.", "Use another slip, or have the registrars sign a new one.") \
X(CertificateNotSigned, "certificate.not-signed", VerificationFailed, "The record is not signed by enough of the keys that must sign it.", "Nothing was stored.", "Have it signed by the agency's root.") \
X(KeyReused, "key.reused", Other, "A key of this certificate stands in another certificate already.", "Nothing was stored.", "Make new keys.") \
X(BundleStale, "bundle.stale", Other, "The prekey bundle of a recipient does not cover this day.", "Nothing was stored.", "Sync the directory; the recipient must publish a bundle.") \
X(BundleSequence, "bundle.sequence", Other, "The prekey bundle does not follow the last one.", "Nothing was stored.", "Publish the next bundle.") \
X(RecordSequence, "record.sequence", Other, "The record does not follow the last one of its kind.", "Nothing was stored.", "Take the newest version and change that.") \
X(RecordRefused, "record.refused", Other, "The record names something that the ledger does not hold, or may not have.", "Nothing was stored.", "See what is named; enrol that first, or correct the record.") \
/* session and broker */ \
X(HelloRefused, "hello.refused", Other, "The broker did not accept this device.", "No session was opened.", "Check the certificate and the keys of this device.") \
X(NotGreeted, "session.not-greeted", Other, "Nothing is handled before the hello.", "Nothing was stored.", "Open a session first.") \
X(SenderNotSession, "sender.not-session", Other, "The sender of the envelope is not the device of the session.", "Nothing was stored.", "Send from the device that signed it.") \
X(Conflict, "conflict", Conflict, "This message id was used for another envelope.", "The first envelope stands.", "Use a new message id.") \
X(ClockAhead, "clock.ahead", Other, "The clock of the device is more than five minutes ahead of the broker.", "Nothing was stored.", "Set the clock of the device.") \
X(Expired, "expired", Other, "The envelope had expired when it reached the broker.", "Nothing was delivered.", "Send a new one if it still matters.") \
X(PolicyRefused, "policy.refused", RefusedByPolicy, "A policy refuses this envelope.", "Nothing was delivered to anyone.", "See the rule; ask the agency that made it.") \
X(ApprovalMissing, "approval.missing", RefusedByPolicy, "The rule that would permit this envelope asks for more approvals.", "Nothing was delivered to anyone.", "Send it with --needs-approval of an office that has the role.") \
X(PolicySize, "policy.size", RefusedByPolicy, "The rule that would permit this envelope allows less data.", "Nothing was delivered to anyone.", "Leave out attachments, or send them in several envelopes.") \
X(QuotaExceeded, "quota.exceeded", Other, "The mailbox of a recipient is full.", "Nothing was stored.", "Wait until it has been read.") \
X(AgencyMailFull, "quota.agency", Other, "Too much mail waits for an agency of the recipients.", "Nothing was stored.", "Wait until its devices have taken it; ask that agency whether they connect.") \
X(AgencyShare, "quota.share", Other, "Too much mail of your agency waits for an agency of the recipients.", "Nothing was stored.", "Wait until its devices have taken it; ask that agency whether they connect.") \
X(BackPressure, "back-pressure", QueuedOnly, "The broker takes nothing new at the moment.", "The envelope waits in the outbox.", "It will be sent by itself.") \
X(ReadOnly, "read-only", QueuedOnly, "The broker does not write at the moment.", "Nothing was taken: envelopes wait in the outbox, records stay with their authors.", "Ask the operator for the broker's status.") \
X(HeadUnknown, "head.unknown", Other, "The signed record names a ledger head that this broker does not have.", "Nothing was stored.", "Present the newest note of this device.") \
X(HeadMismatch, "head.mismatch", VerificationFailed, "The signed record names another root for a size that this ledger has passed.", "Nothing was stored.", "Keep your notes: two histories were shown.") \
X(Unreachable, "broker.unreachable", Unreachable, "The broker does not answer.", "Nothing was changed.", "Try again later.") \
X(Queued, "queued", QueuedOnly, "The broker does not answer; the envelope waits on this computer.", "Nothing was lost.", "It will be sent when the broker answers.") \
X(NotPermitted, "not.permitted", Other, "This device may not do that.", "Nothing was done.", "Use a device whose office has the role.") \
/* ledger */ \
X(ProofInvalid, "proof.invalid", VerificationFailed, "The ledger proof does not hold.", "Nothing was accepted.", "Keep the proof; tell the auditor.") \
X(NoteInvalid, "note.invalid", VerificationFailed, "The checkpoint is not signed by the ledger's key.", "Nothing was accepted.", "Keep the note; tell the auditor.") \
X(LeafInvalid, "leaf.invalid", VerificationFailed, "The ledger entry is not the one it should be.", "Nothing was accepted.", "Keep the proof; tell the auditor.") \
X(LedgerKeyMissing, "ledger.key-missing", Other, "A key that seals this ledger entry is not open.", "Nothing was written.", "Give the key that opens it; at the broker, check its file ledger.keys.") \
X(LedgerDamaged, "ledger.damaged", Other, "The stored ledger contradicts itself.", "Nothing was signed.", "Restore a backup; do not start from damaged data.") \
X(RolledBack, "ledger.rolled-back", Other, "This ledger was set back: a head that it signed before is not part of it.", "The broker signs nothing and only reads.", "Tell the operator and the auditor; entries come back by chapard repair, with an export or mirror that has them.") \
X(SecondCopy, "ledger.second-copy", Conflict, "Another live copy of this ledger writes its high-water file.", "This process signed nothing more.", "Stop both; find out which copy is the true one.") \
X(HighWaterMissing, "ledger.high-water", Other, "The high-water file of the ledger is missing or torn.", "Nothing was signed; the broker only reads.", "Put it back as it was and start again, or have two persons override.") \
X(LedgerRestored, "ledger.restored", Other, "The broker's directory came out of a backup; nobody has shown that it is the newest.", "Nothing was signed; the broker only reads.", "Bring what came after the backup (chapard repair), or have two persons override.") \
X(WitnessesAwaited, "ledger.witnesses-awaited", QueuedOnly, "No quorum of witnesses has confirmed the ledger since the broker started.", "Nothing was signed; envelopes wait.", "Reach the witnesses, or have two persons override.") \
X(WitnessesAbsent, "ledger.witnesses-absent", QueuedOnly, "No quorum of witnesses has signed a head for longer than this broker allows.", "Nothing was stored; envelopes wait in the outbox.", "Tell the operator; it goes on by itself when the witnesses answer.") \
X(OverrideOther, "override.other", Conflict, "The override was signed for another stop of the broker, or another ledger.", "Nothing was written.", "Draft a new one from the broker's present status.") \
X(OriginClosed, "ledger.closed", Conflict, "This ledger was closed for ever; another one follows it.", "Nothing was stored.", "Take the succession from the operator and confirm it: chapar ledger succeed.") \
X(SuccessionInvalid, "succession.invalid", VerificationFailed, "The succession of the ledger is not signed by all who must sign it, or does not fit the old one.", "Nothing was changed.", "Compare it by telephone with the centre and two agencies.") \
X(ForkDetected, "ledger.fork", VerificationFailed, "Notes of this ledger contradict each other.", "The notes are kept.", "Send nothing more; give the evidence file to the auditors of all agencies.") \
X(ReceiptLate, "receipt.late", VerificationFailed, "No quorum of witnesses has signed a head with this entry in 60 seconds.", "The receipt stays at: logged.", "Tell the operator; if it lasts, tell the auditor.") \
X(HoldForbids, "hold.forbids", Conflict, "A hold forbids to erase this.", "Nothing was erased.", "Have the hold released by those who set it.") \
X(HoldsFull, "holds.full", Conflict, "This agency has as many holds in force as it may have.", "Nothing was stored.", "Release a hold that is not needed any more.") \
X(ShredEarly, "shred.early", Other, "The bucket may still be needed: its month has not ended long enough ago.", "Nothing was erased.", "Wait until 38 days after the end of its month.") \
X(PruneRefused, "prune.refused", Other, "The range may not be pruned.", "Nothing was erased.", "See the reason; prune a smaller range.") \
X(EntryShredded, "entry.shredded", Other, "The body of this ledger entry was shredded.", "Its leaf and its proofs stay.", "Ask an agency that kept a copy.") \
X(EntryPruned, "entry.pruned", Other, "This ledger entry was pruned.", "Its hash and the tree stay.", "Look into the archive that the PRUNE entry names.") \
X(BackupInvalid, "backup.invalid", VerificationFailed, "The backup is not whole, or not one of this centre.", "Nothing was restored.", "Take another copy of the backup.") \
X(ExportIncomplete, "export.incomplete", VerificationFailed, "The export is cut short or lacks a file.", "Nothing was verified past the gap.", "Export again.") \
X(DirectoryStale, "directory.stale", Other, "The directory of this device is older than 7 days: too old to send at this classification.", "The envelope stays a draft.", "Connect and sync, then send it again.") \
X(Provisional, "directory.behind", Other, "The directory of this device is older than the envelope.", "Nothing was signed for it.", "Sync the directory.") \
/* storage */ \
X(StoreInUse, "store.in-use", Conflict, "Another process uses this directory.", "Nothing was changed.", "Stop the other process first.") \
X(StoreFull, "store.full", Other, "The store is full.", "Nothing was written.", "Enlarge the map or the disk.") \
X(StoreFailed, "store.failed", Other, "The store could not be read or written.", "Nothing was committed.", "Look at the disk; the process must be restarted.") \
X(StoreDamaged, "store.damaged", Other, "A stored record fails its checksum.", "The record was not used.", "Restore a backup.") \
X(FileFailed, "file.failed", Other, "A file could not be read or written.", "Nothing was changed.", "Check the path and its permissions.") \
X(DemoFailed, "demo.failed", Other, "A step of the demo did not hold.", "Nothing outside the demo's folder was touched.", "Run it again with --keep DIR and read chapard.log there.") \
X(Internal, "internal", Other, "An unexpected error.", "Nothing was committed.", "Report it with the log.")
// clang-format on
