@0xcb47d82e6f1590a3;
# Kind 150: a new psychoactive substance, for a broad audience. Source: domain.md 3 (Early Warning
# Advisory, toxicology module). No persons: harm is a number.

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");
using import "common.capnp".Place;
using import "common.capnp".Substance;
using import "common.capnp".Purity;
using import "common.capnp".PartialDate;
using import "common.capnp".Remarks;

struct Spectrum {
  method @0 :UInt8 $R.must $R.code("analysis-methods");
  attachment @1 :UInt8 $R.must $R.least(1) $R.most(31);  # Rule: spectrum.attachment (it is there)
}

struct Harm {
  deathsKnown @0 :Bool;
  deaths @1 :UInt32 $R.givenBy("deathsKnown");
  poisoningsKnown @2 :Bool;
  poisonings @3 :UInt32 $R.givenBy("poisoningsKnown");
  symptoms @4 :Text $R.form(lines);
}

struct NpsNotice $R.kind(150) {
  substance @0 :Substance $R.must;                 # Rule: substance.inchi-key
  iupac @1 :Text $R.form(line);
  streetNames @2 :List(Text) $R.form(line) $R.most(16);
  group @3 :UInt8 $R.code("nps-groups");
  appearance @4 :Text $R.form(line);               # colour, imprint, size
  # Micrograms of the substance in one unit (a tablet, a blotter); 0 = unknown.
  doseMicrograms @5 :UInt32;
  purity @6 :Purity;
  spectra @7 :List(Spectrum) $R.most(16);
  harm @8 :Harm;
  firstSeen @9 :PartialDate $R.must;
  place @10 :Place $R.must;
  soldAs @11 :Text $R.form(line);                  # what buyers believed that it was
  remarks @12 :Remarks $R.flat;
}
