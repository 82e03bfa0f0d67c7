@0xe2a86c1f9d30b574;
# Kinds 140-144: precursors. 140 follows PICS, 141-144 PEN Online: 1988 Convention, article
# 12(10)(a) (V): name and address of exporter and importer and, when available, consignee; name and
# quantity of the substance; expected point of entry and date of dispatch. Source: domain.md 3, 5.6.

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");
using import "common.capnp".Place;
using import "common.capnp".Goods;
using import "common.capnp".Conveyance;
using import "common.capnp".Person;
using import "common.capnp".Packaging;
using import "common.capnp".Company;
using import "common.capnp".Authority;
using import "common.capnp".PartialDate;
using import "common.capnp".NumberedDocument;
using import "common.capnp".Remarks;

struct PrecursorIncident $R.kind(140) {
  # The substance may be of any list, ISSL and OTHER too: chemicals that are not scheduled are why
  # incidents are told.
  incident @0 :UInt8 $R.must $R.code("precursor-incidents");
  place @1 :Place $R.must;
  time @2 :UInt64 $R.must $R.form(time);
  goods @3 :List(Goods) $R.must $R.most(16);
  declaredAs @4 :Text $R.form(line);             # "vinegar"
  companies @5 :List(Company) $R.most(16);
  labels @6 :List(Text) $R.form(line) $R.most(16);
  batches @7 :List(Text) $R.form(line) $R.most(16);
  documents @8 :List(NumberedDocument) $R.most(16);
  packaging @9 :Packaging;
  conveyance @10 :Conveyance;
  concealment @11 :UInt8 $R.code("concealment");
  route @12 :List(Place) $R.most(16);
  # Rule: incident.laboratory (only where the incident is LABORATORY)
  laboratory @13 :UInt8 $R.code("laboratory-types");
  persons @14 :List(Person) $R.most(16);
  remarks @15 :Remarks $R.flat;
}

struct Licence {
  number @0 :Text $R.must $R.form(line);
  issuer @1 :Text $R.form(line);
  validUntil @2 :PartialDate;
}

struct PreExportNotice $R.kind(141) {
  # Header: replyBy must be given (Rule: notice.reply-by). Rule: notice.address (exporter and
  # importer have an address and a country), notice.dispatch (a whole date).
  exporter @0 :Company $R.must;
  importer @1 :Company $R.must;
  consignee @2 :Company;                          # where it is another
  goods @3 :List(Goods) $R.must $R.most(16);
  entry @4 :Place $R.must;                        # expected point of entry
  dispatch @5 :PartialDate $R.must;               # expected date of dispatch
  licence @6 :Licence;                            # of export
  importLicence @7 :Licence;
  endUse @8 :Text $R.form(line);
  conveyance @9 :Conveyance;
  transit @10 :List(Text) $R.code("countries") $R.most(16);
  remarks @11 :Remarks $R.flat;
}

struct NoObjection $R.kind(142) {
  authority @0 :Authority $R.must;
  conditions @1 :Text $R.form(lines);
  remarks @2 :Remarks $R.flat;
}

struct Objection $R.kind(143) {
  # Goes to the unit of the port of entry as well: the policy of domain.md 4.6, not a field.
  reason @0 :UInt8 $R.must $R.code("objection-reasons");
  explanation @1 :Text $R.form(lines);            # Rule: reason.text
  wanted @2 :UInt8 $R.must $R.code("objection-actions");
  authority @3 :Authority $R.must;
  remarks @4 :Remarks $R.flat;
}

struct MoreTime $R.kind(144) {
  until @0 :UInt64 $R.must $R.form(time);         # Rule: more-time.until (after created)
  reason @1 :UInt8 $R.must $R.code("delay-reasons");
  explanation @2 :Text $R.form(lines);            # Rule: reason.text
  remarks @3 :Remarks $R.flat;
}
