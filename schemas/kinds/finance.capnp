@0xf4d9186b02ce37a5;
# Kinds 170-172: money, between financial intelligence units. Source: domain.md 3, 4.5, 5.7; FIU.net
# Ma3tch and goTRACE compare hashes (V).

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");
using import "common.capnp".Person;
using import "common.capnp".Company;
using import "common.capnp".Period;
using import "common.capnp".Money;
using import "common.capnp".Authority;
using import "common.capnp".Remarks;

struct Account {
  kind @0 :UInt8 $R.must $R.code("account-types");  # bank, card, wallet, hawala ..
  number @1 :Text $R.must $R.form(line);            # IBAN without spaces, address, nickname
  institution @2 :Text $R.form(line);
  country @3 :Text $R.code("countries");
  holder @4 :Text $R.form(line);
}

struct Transfer {
  amount @0 :Money $R.must;
  time @1 :UInt64 $R.form(time);
  from @2 :Text $R.form(line);  # numbers of `accounts`, or words
  to @3 :Text $R.form(line);
  channel @4 :UInt8 $R.code("transfer-channels");
}

struct FiuRequest $R.kind(170) {
  # Rule: fiu.subjects (a person, a company or an account). Header: personalData with a person or an
  # account holder (Rule: fiu.personal).
  persons @0 :List(Person) $R.most(16);
  companies @1 :List(Company) $R.most(16);
  accounts @2 :List(Account) $R.most(16);
  transfers @3 :List(Transfer) $R.most(16);
  total @4 :Money;
  period @5 :Period $R.must;
  offence @6 :UInt8 $R.must $R.code("predicate-offences");
  justification @7 :Text $R.must $R.form(lines);
  onwardUse @8 :UInt8 $R.must $R.code("onward-use");  # what is asked for
  remarks @9 :Remarks $R.flat;
}

struct FiuReply $R.kind(171) {
  result @0 :UInt8 $R.must $R.code("reply-results");
  answer @1 :Text $R.form(lines);                      # Rule: reply.answer
  persons @2 :List(Person) $R.most(16);
  companies @3 :List(Company) $R.most(16);
  accounts @4 :List(Account) $R.most(16);
  transfers @5 :List(Transfer) $R.most(16);
  total @6 :Money;
  onwardUse @7 :UInt8 $R.must $R.code("onward-use");  # what is granted
  remarks @8 :Remarks $R.flat;
}

struct MatchFilter $R.kind(172) {
  # Who has one of these? The answer stays local: whoever finds none tells nobody anything; whoever
  # finds one may ask by FiuRequest. Rules: filter.entries (as many as `count`, ascending, none
  # twice), filter.people (no minors and no witnesses: the maker's client checks what it hashes).
  subject @0 :UInt8 $R.must $R.code("filter-subjects");   # person, company, account, document
  method @1 :UInt8 $R.must $R.code("filter-methods");     # HMAC-SHA256-128: the first 16 bytes
  normal @2 :UInt8 $R.must $R.code("filter-normal-forms") $R.json("normal_form");
  keyName @3 :Text $R.must $R.form(line);  # of a key that was agreed on another way; never the key
  entries @4 :Data $R.must $R.form(hex) $R.least(16) $R.most(49152);  # 16 bytes each, ascending
  count @5 :UInt32 $R.must $R.most(3072);
  valid @6 :Period $R.must;                # to be erased by its readers after this
  offence @7 :UInt8 $R.code("predicate-offences");
  remarks @8 :Remarks $R.flat;
}
