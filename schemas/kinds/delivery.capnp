@0x93b7e5d1084fc26a;
# Kinds 110-120: controlled delivery (1988 Convention, article 11). Source: domain.md 3 (table and
# "Controlled delivery machine"), 5.2, 5.3; practice in domain.md 4.
#
# Yes and no are kinds of their own, so that the machine replays from headers alone. The broker
# holds order and role; what stands here is checked by the ends. All of it needs class CONFIDENTIAL
# or above (Rule: delivery.class) and stands in one case. Links are the header's: a consent or
# refusal answers the request (inReplyTo), an acceptance the offer.
#
# Nothing here says who else was asked: the legs do.

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");
using import "common.capnp".Place;
using import "common.capnp".Goods;
using import "common.capnp".Quantity;
using import "common.capnp".Conveyance;
using import "common.capnp".Person;
using import "common.capnp".Packaging;
using import "common.capnp".Contact;
using import "common.capnp".Authority;
using import "common.capnp".Period;
using import "common.capnp".Leg;
using import "common.capnp".Money;
using import "common.capnp".Remarks;

struct Treatment {
  # What happens to the goods before they travel: 1988 Convention, article 11(3) (K). Rule:
  # treatment.share (given exactly where a part is removed or replaced).
  kind @0 :UInt8 $R.must $R.code("goods-treatments");
  # Tenths of a percent that are taken out or replaced: 950 = 95 %.
  shareKnown @1 :Bool;
  sharePerMille @2 :UInt16 $R.form(perMille) $R.givenBy("shareKnown") $R.json("percent");
  substitute @3 :Text $R.form(line);  # what stands in for it
}

struct CdRequest $R.kind(110) {
  # Header: replyBy must be given (Rule: request.reply-by); silence is not consent.
  legalBasis @0 :Text $R.must $R.form(lines);  # articles and treaties
  aim @1 :Text $R.must $R.form(lines);         # what is to be learnt, who is to be reached
  goods @2 :List(Goods) $R.must $R.most(16);
  treatment @3 :Treatment $R.must;
  legs @4 :List(Leg) $R.must $R.most(16);      # the whole route, first to last
  conveyance @5 :Conveyance;
  packaging @6 :Packaging;
  courier @7 :UInt8 $R.code("courier-awareness");
  undercover @8 :UInt8 $R.code("known-yes-no");  # whether an undercover officer takes part
  arrestPlan @9 :Text $R.must $R.form(lines);
  costs @10 :Text $R.form(lines);                # who bears them
  costLimit @11 :Money;
  evidenceRules @12 :Text $R.form(lines);        # what must be kept, sampled, recorded for court
  controller @13 :Contact $R.must;               # Rule: request.controller (around the clock)
  coordinator @14 :Text $R.form(office);         # the centre that coordinates, if one does
  persons @15 :List(Person) $R.most(16);
  remarks @16 :Remarks $R.flat;
}

struct Condition {
  kind @0 :UInt8 $R.must $R.code("cd-conditions");
  text @1 :Text $R.form(lines);  # Rule: condition.text (given where the kind is OTHER)
}

struct CdConsent $R.kind(111) {
  # One State, for its own legs and one version of the itinerary; a coordinator may not give it for
  # a State. Rules: consent.country (authority.country is the state), period.order.
  state @0 :Text $R.must $R.code("countries");
  authority @1 :Authority $R.must;   # "UZ Prosecutor, 14-221"
  valid @2 :Period $R.must;          # it expires by itself: "72 h"
  itineraryVersion @3 :UInt16 $R.must;  # 1 = the request
  legs @4 :List(UInt8) $R.must $R.most(16);  # numbers of the legs consented to
  conditions @5 :List(Condition) $R.most(16);
  contact @6 :Contact $R.must;       # the officer in control on its soil
  remarks @7 :Remarks $R.flat;
}

struct CdRefusal $R.kind(112) {
  state @0 :Text $R.must $R.code("countries");
  reason @1 :UInt8 $R.must $R.code("cd-refusal-reasons");
  explanation @2 :Text $R.form(lines);  # Rule: reason.text (given where the reason is OTHER)
  authority @3 :Authority;
  remarks @4 :Remarks $R.flat;
}

struct CdItinerary $R.kind(113) {
  # Replaces the whole route. A State that is new in it must consent before its leg starts. Rule:
  # itinerary.version (one above the version before).
  version @0 :UInt16 $R.must $R.least(2);
  legs @1 :List(Leg) $R.must $R.most(16);
  reason @2 :UInt8 $R.must $R.code("cd-change-reasons");
  explanation @3 :Text $R.form(lines);
  remarks @4 :Remarks $R.flat;
}

struct Custody {
  # What was there when hands changed: the same fields for start, offer and acceptance, so that they
  # can be compared value by value.
  leg @0 :UInt8 $R.must $R.most(16);     # the leg that begins
  place @1 :Place $R.must;
  time @2 :UInt64 $R.must $R.form(time);
  weight @3 :Quantity $R.must;           # Rule: custody.weighed (measure is not estimated)
  counted @4 :Bool;
  packages @5 :UInt32 $R.givenBy("counted");
  seals @6 :List(Text) $R.form(line) $R.most(32);  # Rule: custody.seals (seals or why none)
  withoutSeals @7 :Text $R.form(line);
  conveyance @8 :Conveyance;
}

struct CdStart $R.kind(114) {
  itineraryVersion @0 :UInt16 $R.must;
  custody @1 :Custody $R.must $R.flat;
  officer @2 :Contact $R.must;
  remarks @3 :Remarks $R.flat;
}

struct HandoverOffer $R.kind(115) {
  # Only the side that has the goods offers.
  custody @0 :Custody $R.must $R.flat;
  giver @1 :Contact $R.must;
  taker @2 :Contact $R.must;  # who is expected
  remarks @3 :Remarks $R.flat;
}

struct HandoverAccept $R.kind(116) {
  # Only the side that takes the goods accepts: it says again what it found, not what it was told.
  # Rule: handover.difference (weight off by more than 1 %, or other seals: the client proposes a
  # CdIncident HANDOVER_DIFFERS, and `differences` must be given).
  custody @0 :Custody $R.must $R.flat;
  giver @1 :Contact $R.must;
  taker @2 :Contact $R.must;
  differences @3 :Text $R.form(lines);
  remarks @4 :Remarks $R.flat;
}

struct CdReport $R.kind(117) {
  # Header: replyBy is when the next report is due (Rule: report.next-due, not after status
  # AT_DESTINATION); silence past it raises the overdue alarm.
  leg @0 :UInt8 $R.must $R.most(16);
  place @1 :Place $R.must;
  time @2 :UInt64 $R.must $R.form(time);
  status @3 :UInt8 $R.must $R.code("cd-status");
  arrival @4 :UInt64 $R.form(time);  # expected, at the end of the leg
  remarks @5 :Remarks $R.flat;
}

struct CdIncident $R.kind(118) {
  # Header: urgency FLASH (Rule: incident.flash).
  incident @0 :UInt8 $R.must $R.code("cd-incidents");
  time @1 :UInt64 $R.must $R.form(time);
  leg @2 :UInt8 $R.most(16);
  lastPlace @3 :Place;               # where it was last seen; Rule: incident.last-seen
  lastSeen @4 :UInt64 $R.form(time); # both or none
  heading @5 :Text $R.code("countries");  # the State it may enter, whose consent may be missing
  description @6 :Text $R.must $R.form(lines);
  wanted @7 :Text $R.form(lines);    # what the sender asks the recipients to do
  remarks @8 :Remarks $R.flat;
}

struct CdTerminate $R.kind(119) {
  # Any State, on its own soil. Header: urgency FLASH (Rule: terminate.flash).
  action @0 :UInt8 $R.must $R.code("cd-terminations");
  state @1 :Text $R.must $R.code("countries");
  reason @2 :Text $R.must $R.form(lines);
  ordered @3 :Authority;
  time @4 :UInt64 $R.must $R.form(time);
  remarks @5 :Remarks $R.flat;
}

struct CdOutcome $R.kind(120) {
  # One of each party; the delivery is closed when all are in.
  state @0 :Text $R.must $R.code("countries");
  seized @1 :List(Goods) $R.most(16);
  substituted @2 :List(Goods) $R.most(16);
  arrestsKnown @3 :Bool;
  arrests @4 :UInt32 $R.givenBy("arrestsKnown");
  dismantled @5 :Text $R.form(lines);  # group or laboratory, in words
  evidenceHeldBy @6 :Text $R.form(line);
  lesson @7 :Text $R.form(lines);
  persons @8 :List(Person) $R.most(16);
  remarks @9 :Remarks $R.flat;
}
