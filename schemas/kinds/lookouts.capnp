@0xa95c03f7e81d4b62;
# Kinds 160-163: whom and what to look out for. Source: domain.md 3, 4.1, 4.8, 5.5. To inform and to
# coerce are two kinds, because policies and approvals treat them apart.

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");
using import "common.capnp".Place;
using import "common.capnp".Goods;
using import "common.capnp".Conveyance;
using import "common.capnp".Person;
using import "common.capnp".Company;
using import "common.capnp".Contact;
using import "common.capnp".Authority;
using import "common.capnp".Period;
using import "common.capnp".Remarks;

struct Target {
  # Rule: target.named (PERSON names one, COMPANY a company; VEHICLE, VESSEL, CONTAINER and FLIGHT a
  # conveyance with a number of that sort; nothing else stands beside it but persons).
  kind @0 :UInt8 $R.must $R.code("lookout-targets");
  person @1 :Person;
  conveyance @2 :Conveyance;
  company @3 :Company;
  description @4 :Text $R.form(lines);
}

struct LookoutInform $R.kind(160) {
  # Rules: lookout.valid (at most 90 days), lookout.expires (the header's expiresAt is not after
  # its end: who is offline must not act on an old one).
  target @0 :Target $R.must;
  action @1 :UInt8 $R.must $R.code("lookout-inform-actions");  # REPORT DISCREET
  ground @2 :Text $R.must $R.form(lines);
  valid @3 :Period $R.must;
  area @4 :List(Place) $R.most(16);
  instructions @5 :Text $R.form(lines);
  contact @6 :Contact $R.must;
  remarks @7 :Remarks $R.flat;
}

struct LookoutCoerce $R.kind(161) {
  # Rules: those of 160; lookout.warrant (ARREST needs a warrant and two approvals in E).
  target @0 :Target $R.must;
  action @1 :UInt8 $R.must $R.code("lookout-coerce-actions");  # STOP SEARCH ARREST
  ground @2 :Text $R.must $R.form(lines);
  valid @3 :Period $R.must;
  area @4 :List(Place) $R.most(16);
  instructions @5 :Text $R.form(lines);
  contact @6 :Contact $R.must;
  warrant @7 :Authority;
  dangers @8 :Text $R.form(lines);  # armed, ill, chemicals
  remarks @9 :Remarks $R.flat;
}

struct LookoutHit $R.kind(162) {
  # Answers the lookout. What was found stands as observed, even where one digit differs.
  time @0 :UInt64 $R.must $R.form(time);
  place @1 :Place $R.must;
  found @2 :Target $R.must;
  certain @3 :UInt8 $R.must $R.code("hit-certainty");
  action @4 :UInt8 $R.must $R.code("hit-actions");
  goods @5 :List(Goods) $R.most(16);
  persons @6 :List(Person) $R.most(16);
  route @7 :List(Place) $R.most(16);  # where it came from and goes to
  contact @8 :Contact $R.must;
  remarks @9 :Remarks $R.flat;
}

struct LookoutCancel $R.kind(163) {
  # Header: supersedes names the lookout. Read before it, the lookout is never shown as active.
  target @0 :Data $R.must $R.form(messageId) $R.equals("supersedes");
  reason @1 :UInt8 $R.must $R.code("cancel-reasons");
  explanation @2 :Text $R.form(lines);
  remarks @3 :Remarks $R.flat;
}
