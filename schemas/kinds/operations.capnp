@0xdb0f6e9317c5a248;
# Kinds 190-192: an operation for a limited time. Source: domain.md 3 (TARCET), 5.6.

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");
using import "common.capnp".Place;
using import "common.capnp".Goods;
using import "common.capnp".Contact;
using import "common.capnp".Period;
using import "common.capnp".Remarks;

struct OpCall $R.kind(190) {
  # Header: replyBy, by which participants accept or decline.
  operation @0 :Text $R.must $R.form(line);   # its name, the same in every tasking and report
  aim @1 :Text $R.must $R.form(lines);
  window @2 :Period $R.must;
  area @3 :List(Place) $R.must $R.most(16);
  substances @4 :List(Text) $R.form(line) $R.suggested("substances") $R.most(16);
  modes @5 :List(UInt8) $R.code("transport-modes") $R.most(10);
  participants @6 :List(Text) $R.must $R.form(office) $R.most(64);
  reportingHours @7 :UInt16 $R.must $R.most(168);  # a Sitrep every so many hours
  contact @8 :Contact $R.must;
  remarks @9 :Remarks $R.flat;
}

struct Tasking $R.kind(191) {
  # Rules: tasking.link (ACCEPT and DECLINE answer a call or a tasking), reason.text (DECLINE says
  # why).
  operation @0 :Text $R.must $R.form(line);
  step @1 :UInt8 $R.must $R.code("tasking-steps");  # ASSIGN ACCEPT DECLINE
  task @2 :Text $R.form(lines);                     # Rule: tasking.task (given where ASSIGN)
  window @3 :Period;
  area @4 :List(Place) $R.most(16);
  unit @5 :Text $R.form(line);                      # who does it
  explanation @6 :Text $R.form(lines);
  contact @7 :Contact;
  remarks @8 :Remarks $R.flat;
}

struct Sitrep $R.kind(192) {
  # Counts of one period, not since the beginning.
  operation @0 :Text $R.must $R.form(line);
  period @1 :Period $R.must;
  checksKnown @2 :Bool;
  checks @3 :UInt32 $R.givenBy("checksKnown");      # vehicles, persons, parcels looked at
  seizuresKnown @4 :Bool;
  seizures @5 :UInt32 $R.givenBy("seizuresKnown");
  arrestsKnown @6 :Bool;
  arrests @7 :UInt32 $R.givenBy("arrestsKnown");
  goods @8 :List(Goods) $R.most(16);
  events @9 :Text $R.form(lines);
  difficulties @10 :Text $R.form(lines);
  remarks @11 :Remarks $R.flat;
}
