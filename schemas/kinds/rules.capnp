@0xa7035977babd84ee;
# How a field says its own rule, so that one walk over the schema can check, read JSON, write JSON,
# print JSON Schema and explain a kind. No annotation changes a byte on the wire.
#
# What one field cannot say (one field against another, against the header or the manifest) is a row
# of a C++ table: the comment of the struct names it as "Rule: <name>".
#
# How every kind is carried:
# - Codes are UInt8: 0 = not given, n = the n-th row of its list in schemas/codes/.
# - A Text, Data, List or struct that is absent is a null pointer. An empty one is not written.
# - A number whose 0 means something stands beside a Bool that says whether it is given ($givenBy).
# - Times are UTC milliseconds since 1970, at most the end of 9999; 0 = not given.
# - Amounts are integers of thousandths, purities and shares of tenths of a percent: never floating.
# - Texts are UTF-8 without control characters, $lines also with line feed and tab.
# - What was observed (plates, boxes, names of ships) stands as it was seen, whatever its check
#   digit. A failed check is a warning, never a refusal.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("chapar::schemas::wire");

# On the struct of a kind.
annotation kind @0xe3d50e6c8130c736 (struct) :UInt16;
# The number in the header. Name, link, awaited answer and proposed urgency: schemas/kinds.cpp.

annotation personal @0xd14d1c978c41973b (struct) :Void;
# Where one of these stands in a payload, the header must say personalData. Officers' duty contacts
# are no such data.

annotation short @0xfa9a89eabdcbac92 (struct) :Short;
# JSON may write the whole struct as one text.
enum Short {
  place @0;  # "TJ" or "TJ-KT": country, or subdivision with its country; nothing else known
  date @1;   # "1988", "1988-03" or "1988-03-17", gregorian; otherwise {date, calendar}
}

# On a field.
annotation must @0xbc26f70072c84934 (field) :Void;
# Given: not 0, not null, not empty, and a message id not all zero. A Bool cannot carry it.

annotation code @0x8c3f2a61d4b7e905 (field) :Text;
# A UInt8 of this list of schemas/codes/ ("units"), or a Text that is a code of it ("countries").

annotation suggested @0xf61d0b3c7a928e54 (field) :Text;
# A Text for which this list has the usual values; others are allowed and stand as observed.

annotation form @0x9d52c7e10fa8b364 (field) :Form;
enum Form {
  line @0;          # 1..512 B
  lines @1;         # 1..16,384 B, line feeds and tabs
  time @2;          # UInt64, UTC ms; JSON RFC 3339 with Z, milliseconds only if not 0
  thousandths @3;   # UInt64 1 .. 999,999,999,999, decimal(12,3); JSON "12.450"
  perMille @4;      # UInt16 0 .. 1000; JSON in percent "62.5"
  latitude @5;      # Int32, degrees x 10^7, -90 .. 90; JSON a number of degrees
  longitude @6;     # the same, -180 .. 180
  messageId @7;     # Data, 16; JSON a UUID
  hex @8;           # Data, its length by $least and $most; JSON hexadecimal
  office @9;        # an office id: "TJ-NPJ-BLO"
  subdivision @10;  # ISO 3166-2; begins with the place's country
  locode @11;       # UN/LOCODE: two letters, then three of A-Z, 2-9
  cas @12;          # 2..7 digits - 2 digits - 1 digit; the check digit warns
  inchiKey @13;     # 14 letters - 10 - 1
  hs6 @14;          # "2915.24"
  container @15;    # ISO 6346 warns
  imo @16;          # the IMO check digit warns
  vin @17;          # 17 characters warn
  mmsi @18;         # 9 digits warn
}

annotation least @0xb80e6f4d21c97a35 (field) :UInt64;
annotation most @0xc2a94d07e35f1b68 (field) :UInt64;
# Bounds, both included: elements of a List, bytes of Text and Data, else the number itself. Without
# $most a List holds at most 16.

annotation givenBy @0xe94b1d6035f7c28a (field) :Text;
# The Bool of the same struct that says whether this number is given. Where it is false the number
# is 0. JSON knows only the number.

annotation json @0x95c80e2fb14a7d63 (field) :Text;
# The name in JSON, where it is not the name here in snake_case. "text.language": the field
# "language" of an object "text".

annotation otherwise @0x8a98c27099d8f716 (field) :Text;
# The code that JSON means where it says none. The wire always says it.

annotation follows @0xb3c59e17f82d604a (field) :Text;
# A field of the same struct, a text, from which this code follows where JSON says none: the list of
# a substance from its name, the script of a name from its letters. Where nothing follows, $otherwise.

annotation flat @0xd7f3a58c0e6219b4 (field) :Void;
# In JSON the fields of this struct stand in the object around it.

annotation equals @0x8a1e74d9c650f32b (field) :Text;
# Must be what this field of the header says; the builder fills it from there.
