@0x8f60b9d2e7134ca5;
# What the kinds have in common. Source of all of it: domain.md 3, "Encrypted common types"; marks
# V, K, P there. How things are carried: rules.capnp. Wire form of everything from Place to Remarks:
# that of version 1, unchanged.

using Cxx = import "/capnp/c++.capnp";
using R = import "rules.capnp";
$Cxx.namespace("chapar::schemas::wire");

struct Place $R.short(place) {
  # Rule: place.subdivision (it begins with the country).
  country @0 :Text $R.must $R.code("countries");  # ISO 3166-1 alpha-2
  subdivision @1 :Text $R.form(subdivision);      # ISO 3166-2: TJ-KT, AF-KDZ, UZ-SU
  locode @2 :Text $R.form(locode);                # UN/LOCODE; many posts have none
  office @3 :Text $R.form(office);                # where the place is a post: TJ-NPJ-BLO
  description @4 :Text $R.form(line) $R.json("name");
  coordinates @5 :Coordinates $R.flat;
}

struct Coordinates {  # WGS84. Both degrees are given, 0 too.
  latitudeE7 @0 :Int32 $R.form(latitude) $R.json("latitude");     # degrees x 10^7
  longitudeE7 @1 :Int32 $R.form(longitude) $R.json("longitude");  # degrees x 10^7
  accuracyM @2 :UInt32 $R.most(20000000);                         # metres; 0 = unknown
}

struct Substance {
  # Rule: substance.inchi-key (list NPS has an InChIKey in an NpsNotice).
  list @0 :UInt8 $R.must $R.code("substance-lists") $R.follows("name") $R.otherwise("OTHER");
  name @1 :Text $R.must $R.form(line) $R.suggested("substances");  # the INCB name
  cas @2 :Text $R.form(cas);
  inchiKey @3 :Text $R.form(inchiKey);
  hs6 @4 :Text $R.form(hs6);  # Harmonized System, six digits, written with a point
  form @5 :UInt8 $R.code("substance-forms");
}

struct Quantity {
  # One number and its own unit; never converted into another, not even on a screen (UNODC counts
  # kilograms, litres and units apart).
  thousandths @0 :UInt64 $R.must $R.form(thousandths) $R.json("value");
  unit @1 :UInt8 $R.must $R.code("units");
  weighing @2 :UInt8 $R.code("weighing") $R.json("weight");
  measure @3 :UInt8 $R.code("measure") $R.json("measured");
}

struct Purity {
  perMille @0 :UInt16 $R.form(perMille) $R.json("percent");  # 0 .. 100.0 %; 0 is given too
  method @1 :UInt8 $R.must $R.code("purity-methods");
}

struct Goods {
  substance @0 :Substance $R.must;
  quantity @1 :Quantity $R.must;
  purity @2 :Purity;
}

struct NumberedDocument {
  type @0 :UInt8 $R.must $R.code("transport-documents");
  number @1 :Text $R.must $R.form(line);  # as printed
}

struct Conveyance {
  # All as observed. Rule: conveyance.plate-country (a warning where a plate stands without it).
  mode @0 :UInt8 $R.must $R.code("transport-modes");  # UN/ECE Rec 19, plus 1
  plate @1 :Text $R.form(line);
  plateCountry @2 :Text $R.code("countries") $R.json("country");
  vin @3 :Text $R.form(vin);
  container @4 :Text $R.form(container);
  vessel @5 :Text $R.form(line);
  imo @6 :Text $R.form(imo);
  mmsi @7 :Text $R.form(mmsi);
  flight @8 :Text $R.form(line);
  wagon @9 :Text $R.form(line);
  documents @10 :List(NumberedDocument) $R.most(16);
  seals @11 :List(Text) $R.form(line) $R.most(32);
}

struct PersonName {
  text @0 :Text $R.must $R.form(line);  # in its own script
  script @1 :UInt8 $R.must $R.code("scripts") $R.follows("text") $R.otherwise("Zyyy");
  transliteration @2 :Text $R.form(line);
}

struct PartialDate $R.short(date) {
  # What is known of a date. Rule: date.day (a day has a month).
  year @0 :UInt16 $R.must $R.most(9999);
  month @1 :UInt8 $R.most(12);  # 0 = unknown
  day @2 :UInt8 $R.most(31);    # 0 = unknown
  calendar @3 :UInt8 $R.must $R.code("calendars") $R.otherwise("gregorian");
}

struct IdentityDocument {
  type @0 :Text $R.must $R.form(line) $R.suggested("identity-documents");
  number @1 :Text $R.must $R.form(line);
  issuer @2 :Text $R.form(line);  # a country code or an authority in words
}

struct Person $R.personal {
  # Rule: person.shielded (minors and witnesses stand only in content of CONFIDENTIAL or above, and
  # never in a MatchFilter).
  names @0 :List(PersonName) $R.must $R.most(8);
  birth @1 :PartialDate;
  nationality @2 :Text $R.code("countries");
  document @3 :IdentityDocument;
  role @4 :Text $R.form(line) $R.suggested("person-roles");
  status @5 :UInt8 $R.code("person-status");
}

struct Packaging {
  counted @0 :Bool;
  packages @1 :UInt32 $R.givenBy("counted");
  marks @2 :Text $R.form(line);  # what is printed or written on it
  logo @3 :Text $R.form(line);   # in words; a picture is an attachment
}

struct Remarks {
  # What any payload may carry, last. Rules: note.language (given exactly with a note),
  # evaluation.both (source and information are given together).
  note @0 :Text $R.form(lines) $R.json("text.text");
  language @1 :Text $R.code("languages") $R.json("text.language");  # ISO 639-1
  source @2 :UInt8 $R.code("source-grades") $R.json("evaluation.source");
  information @3 :UInt8 $R.code("information-grades") $R.json("evaluation.information");
  tlp @4 :UInt8 $R.code("tlp");  # for communities that are not police
}

# From here on: new in version 2 of the content.

struct Contact {
  # A person on duty, reachable when it matters. Rule: contact.reachable (phone, radio or mail).
  name @0 :Text $R.must $R.form(line);
  office @1 :Text $R.form(office);
  phone @2 :Text $R.form(line);  # E.164 where possible: +992..
  radio @3 :Text $R.form(line);  # channel and call sign
  mail @4 :Text $R.form(line);
  aroundTheClock @5 :Bool;       # answers at any hour
  languages @6 :List(Text) $R.code("languages") $R.most(8);
}

struct Company {
  # 1988 Convention, article 12(10)(a): name and address (V).
  name @0 :Text $R.must $R.form(line);
  address @1 :Text $R.form(line);
  country @2 :Text $R.code("countries");
  registration @3 :Text $R.form(line);  # number in the trade or tax register
  role @4 :UInt8 $R.code("company-roles");
  phone @5 :Text $R.form(line);
}

struct Authority {
  # Who decided, and under which number: a prosecutor, a court, a ministry.
  name @0 :Text $R.must $R.form(line);
  country @1 :Text $R.must $R.code("countries");
  reference @2 :Text $R.must $R.form(line);  # "14-221"
  decided @3 :UInt64 $R.form(time);
}

struct Period {
  # Rule: period.order (until is after from).
  from @0 :UInt64 $R.must $R.form(time);
  until @1 :UInt64 $R.must $R.form(time);
}

struct Money {
  # decimal(12,3), for currencies with two or three decimals alike; never converted.
  thousandths @0 :UInt64 $R.must $R.form(thousandths) $R.json("value");
  currency @1 :Text $R.must $R.code("currencies");  # ISO 4217
}

struct Leg {
  # One stretch of a route under the control of one State. Rules: leg.numbers (1, 2, 3 ..),
  # leg.joined (a leg begins in the country where the one before it ends), leg.order (windows do
  # not go back in time).
  number @0 :UInt8 $R.must $R.most(16);
  from @1 :Place $R.must;
  to @2 :Place $R.must;
  state @3 :Text $R.must $R.code("countries");  # whose consent it needs
  window @4 :Period $R.must;
  mode @5 :UInt8 $R.code("transport-modes");
  controlledBy @6 :Text $R.form(office);
}
