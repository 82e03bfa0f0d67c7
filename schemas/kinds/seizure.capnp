@0xd0c1f7a3b25e4896;
# Kind 100. A seizure, told within two minutes; details follow as corrections. Source: domain.md 3
# (Nizhny Pyanj), 5.1; ux.md 4 (Individual Drug Seizure profile). Wire form: version 1; @14 and @15 stand in
# bits that it left free (ADR 0020).

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
using import "common.capnp".Place;
using import "common.capnp".Goods;
using import "common.capnp".Conveyance;
using import "common.capnp".Person;
using import "common.capnp".Packaging;
using import "common.capnp".Remarks;
$Cxx.namespace("chapar::schemas::wire");

struct SeizureAlert $R.kind(100) {
  # Six things must be said: place, time, substance, quantity, mode, agency.
  place @0 :Place $R.must;                # where it was seized
  time @1 :UInt64 $R.must $R.form(time);  # of the event, not of writing
  goods @2 :List(Goods) $R.must $R.most(16);
  conveyance @3 :Conveyance $R.must;
  agency @4 :Text $R.must $R.form(line);  # who seized, in words or as an agency id
  concealment @5 :UInt8 $R.code("concealment");
  route @6 :List(Place) $R.most(16);      # origin .. intended destination
  persons @7 :List(Person) $R.most(16);
  packaging @8 :Packaging;
  detection @9 :UInt8 $R.code("detection");
  arrestsKnown @10 :Bool;
  arrests @11 :UInt32 $R.givenBy("arrestsKnown");
  wantsControlledDelivery @12 :Bool;      # asks the recipients for a CdRequest
  remarks @13 :Remarks $R.flat;
  placeType @14 :UInt8 $R.code("seizure-places");  # at what kind of place; `place` says where
  dayOnly @15 :Bool;                      # `time` is noon, where it was, of a day; the hour is not known
}
