@0xc8316fb59e2d70a4;
# Kinds 212-219: messages about messages. Source: domain.md 3, 4 (third-party rule), 5.4, 5.10;
# crypto/envelope.md (approvals). 212-214, 218 and 219 have the wire form of version 1, unchanged.
# 210 and 211 (receipt, ack) and 220-224 (records) are no sealed content: crypto/envelope.md and
# crypto/records.md.

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");
using import "common.capnp".Period;
using import "common.capnp".Remarks;

struct Recall $R.kind(212) {
  target @0 :Data $R.must $R.form(messageId) $R.equals("supersedes");
  action @1 :UInt8 $R.must $R.code("recall-actions") $R.otherwise("delete");
  reason @2 :Text $R.must $R.form(lines);
  remarks @3 :Remarks $R.flat;
}

struct RecallDone $R.kind(213) {
  target @0 :Data $R.must $R.form(messageId);  # the envelope that was recalled
  result @1 :UInt8 $R.must $R.code("recall-results");
  reason @2 :Text $R.form(lines);  # Rule: recall-done.reason (given where NOT_DONE)
  remarks @3 :Remarks $R.flat;
}

struct FieldChange {
  field @0 :Text $R.must $R.form(line);  # path in the JSON form of the kind: "goods[0].purity"
  before @1 :Text $R.form(line);
  after @2 :Text $R.form(line);
}

struct Correction $R.kind(214) {
  # Rule: correction.target (of the same office, and itself not about messages), correction.applies
  # (with the changes, and the corrections before it, the target is what its kind allows).
  target @0 :Data $R.must $R.form(messageId) $R.equals("supersedes");
  changes @1 :List(FieldChange) $R.must $R.most(32);
  reason @2 :Text $R.form(lines);
  remarks @3 :Remarks $R.flat;
}

struct ReleaseRequest $R.kind(215) {
  # To the originator, who alone may widen the circle of H2 and H3. Header: inReplyTo names the
  # message that is to be passed on.
  target @0 :Data $R.must $R.form(messageId) $R.equals("inReplyTo");
  recipients @1 :List(Text) $R.must $R.form(line) $R.most(16);  # offices, agencies or countries
  use @2 :UInt8 $R.must $R.code("purposes");  # the header's list, plus 1
  court @3 :Bool;  # for use in court
  justification @4 :Text $R.must $R.form(lines);
  remarks @5 :Remarks $R.flat;
}

struct ReleaseGrant $R.kind(216) {
  # Header: inReplyTo names the request. The onward message cites it by its releaseToken. Rule:
  # grant.not-wider (no recipient that the request does not name).
  target @0 :Data $R.must $R.form(messageId);  # the message that may be passed on
  recipients @1 :List(Text) $R.must $R.form(line) $R.most(16);
  use @2 :UInt8 $R.must $R.code("purposes");
  court @3 :Bool;  # false = "no court use"
  conditions @4 :Text $R.form(lines);
  validUntil @5 :UInt64 $R.must $R.form(time);
  token @6 :Data $R.must $R.form(hex) $R.least(32) $R.most(32);  # random
  remarks @7 :Remarks $R.flat;
}

struct ReleaseDeny $R.kind(217) {
  target @0 :Data $R.must $R.form(messageId);
  reason @1 :UInt8 $R.must $R.code("release-denial-reasons");
  explanation @2 :Text $R.form(lines);  # Rule: reason.text
  remarks @3 :Remarks $R.flat;
}

struct ApprovalRequest $R.kind(218) {
  # Attachment 1, the only one, is the draft: u32 length, H, then its stream 0 before padding.
  target @0 :Data $R.must $R.form(messageId);
  offices @1 :List(Text) $R.must $R.form(office) $R.most(256);  # Rule: approval.offices (ascending)
  blind @2 :Data $R.must $R.form(hex) $R.least(16) $R.most(16); # of the audience hash
  remarks @3 :Remarks $R.flat;  # its note is the text of the request
}

struct Approval $R.kind(219) {
  # Rule: approval.both (audience and signature are given together, or refused and why).
  target @0 :Data $R.must $R.form(messageId);
  audience @1 :Data $R.form(hex) $R.least(32) $R.most(32);
  signature @2 :Data $R.form(hex) $R.least(64) $R.most(64);  # Sign("approval", home, ctx, audience)
  reason @3 :Text $R.form(lines);
  remarks @4 :Remarks $R.flat;
}
