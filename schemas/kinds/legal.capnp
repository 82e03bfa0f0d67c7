@0x87d32c5a4e90f1b6;
# Kinds 180-181: notice before a letter of mutual legal assistance, and where it stands. Evidence
# itself never travels here (Rule: mla.no-evidence: no attachments but PDF). Source: domain.md 3,
# 5.7.

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");
using import "common.capnp".Person;
using import "common.capnp".Company;
using import "common.capnp".Contact;
using import "common.capnp".Authority;
using import "common.capnp".Remarks;

struct MlaPreNotice $R.kind(180) {
  treaty @0 :Text $R.must $R.form(line);
  measure @1 :UInt8 $R.must $R.code("mla-measures");
  centralAuthority @2 :Authority $R.must;   # of the asking State; its reference
  requested @3 :Text $R.must $R.code("countries");
  offence @4 :UInt8 $R.must $R.code("predicate-offences");
  needBy @5 :UInt64 $R.must $R.form(time);
  preserveNow @6 :Bool;                     # keep data or assets from vanishing, before the letter
  subject @7 :Text $R.must $R.form(lines);
  persons @8 :List(Person) $R.most(16);
  companies @9 :List(Company) $R.most(16);
  contact @10 :Contact $R.must;
  remarks @11 :Remarks $R.flat;
}

struct MlaStatus $R.kind(181) {
  # Answers the notice, as often as something changes.
  status @0 :UInt8 $R.must $R.code("mla-status");
  reference @1 :Text $R.form(line);         # of the requested State
  expected @2 :UInt64 $R.form(time);
  explanation @3 :Text $R.form(lines);      # Rule: mla.refused (given where REFUSED)
  preserved @4 :UInt8 $R.code("known-yes-no");
  preservedUntil @5 :UInt64 $R.form(time);
  remarks @6 :Remarks $R.flat;
}
