@0xb1e4c9f20d7a5368;
# Kinds 130-133: a question and what can come back. Source: domain.md 3, 4 (Directive (EU) 2023/977:
# 8 h, 3 d, 7 d; where a judge must agree, the delay and why are told at once). 130 and 131 have the
# wire form of version 1; 131 @5 to @7 stand in bits that it left free (ADR 0022).

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");
using import "common.capnp".Conveyance;
using import "common.capnp".Person;
using import "common.capnp".Authority;
using import "common.capnp".Remarks;

struct InfoRequest $R.kind(130) {
  # Header: replyBy; the client proposes it from the urgency.
  question @0 :UInt8 $R.must $R.code("question-types");
  subject @1 :Text $R.must $R.form(line);        # a plate, a number, a company
  justification @2 :Text $R.must $R.form(lines);
  usableInCourt @3 :Bool;                        # the asker wants to use the answer in court
  persons @4 :List(Person) $R.most(16);
  conveyance @5 :Conveyance;
  remarks @6 :Remarks $R.flat;
}

struct InfoReply $R.kind(131) {
  # The answer to a request; or what came of any message that was told unasked, as an alert: then
  # `outcome` is given, and whoever told it can count what was of use. Rule: reply.outcome.
  result @0 :UInt8 $R.must $R.code("reply-results");
  answer @1 :Text $R.form(lines);                # Rule: reply.answer (given where FOUND)
  persons @2 :List(Person) $R.most(16);
  conveyance @3 :Conveyance;
  remarks @4 :Remarks $R.flat;
  outcome @5 :UInt8 $R.code("outcomes");         # of the message that it replies to
  arrestsKnown @6 :Bool;
  arrests @7 :UInt32 $R.givenBy("arrestsKnown"); # so far, in all; only with an outcome
}

struct InterimReply $R.kind(132) {
  # Stops the reminder, not the deadline's record.
  delay @0 :UInt8 $R.must $R.code("delay-reasons");
  expected @1 :UInt64 $R.must $R.form(time);     # Rule: interim.expected (after created)
  explanation @2 :Text $R.form(lines);           # Rule: reason.text
  remarks @3 :Remarks $R.flat;
}

struct InfoRefusal $R.kind(133) {
  reason @0 :UInt8 $R.must $R.code("info-refusal-reasons");
  explanation @1 :Text $R.form(lines);           # Rule: reason.text
  authority @2 :Authority;
  remarks @3 :Remarks $R.flat;
}
