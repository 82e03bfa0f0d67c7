@0x9c75e1a0d8f4236b;
# Kind 200: figures. Source: domain.md 3 (ARQ, Drugs Monitoring Platform), 4.7. Header: purpose
# STATISTICS, personalData false (Rule: statistics.header); so no struct of persons is reachable.

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");
using import "common.capnp".Quantity;
using import "common.capnp".Period;
using import "common.capnp".Money;
using import "common.capnp".Remarks;

struct Price {
  level @0 :UInt8 $R.must $R.code("price-levels");  # wholesale, retail
  amount @1 :Money $R.must;
  unit @2 :UInt8 $R.must $R.code("units");          # per one of these
}

struct StatRow {
  # Rule: statistics.small (for recipients outside the sender's community: cells of 1 or 2 seizures
  # are marked `suppressed`, with neither number nor total).
  substance @0 :Text $R.must $R.form(line) $R.suggested("substances");
  list @1 :UInt8 $R.must $R.code("substance-lists");
  suppressed @2 :Bool;
  counted @3 :Bool;
  seizures @4 :UInt32 $R.givenBy("counted");
  total @5 :Quantity;           # a row for each unit: kilograms, litres and pieces are not added
  mode @6 :UInt8 $R.code("transport-modes");
  price @7 :Price;
}

struct StatReport $R.kind(200) {
  country @0 :Text $R.must $R.code("countries");
  period @1 :Period $R.must;    # any length: ARQ's "biannual" is configured, not assumed
  rows @2 :List(StatRow) $R.must $R.most(256);
  source @3 :Text $R.form(line);
  remarks @4 :Remarks $R.flat;
}
