@0xb7d35e18a6c04f92;
# What is sealed in stream 0, after 32 random bytes and a SHA-256 for each attachment: one Cap'n
# Proto message of exactly one segment, with its segment table, at most 64 KiB.
#
# Codes are UInt8: 0 = not given, n = the n-th of the list in the comment. Texts are UTF-8 without
# control characters (a line feed is allowed in free text). An absent Text or List is a null
# pointer. Fields marked ! are mandatory. Countries are ISO 3166-1 alpha-2. Numbers of vehicles,
# containers, ships and substances stand as observed: a failed check digit is never refused.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("chapar::schemas::wire");

struct SealedContent {
  manifest @0 :Manifest;         # !
  payload :union {               # kind
    seizureAlert @1 :SeizureAlert;   # 100
    infoRequest @2 :InfoRequest;     # 130
    infoReply @3 :InfoReply;         # 131
    recall @4 :Recall;               # 212
    recallDone @5 :RecallDone;       # 213
    correction @6 :Correction;       # 214
    approvalRequest @7 :ApprovalRequest;  # 218
    approval @8 :Approval;           # 219
  }
}

struct Manifest {
  # Repeats the header; a difference refuses the envelope.
  messageId @0 :Data;            # 16
  sender @1 :Data;               # 32
  caseId @2 :Data;               # 16
  classification @3 :UInt8;      # 0..3 as in the header
  kind @4 :UInt16;               # that of the payload
  attachments @5 :List(Attachment);       # 0..31; attachment i is stream i + 1
  visibleRecipients @6 :List(Text);       # office ids, at most 256
}

struct Attachment {
  length @0 :UInt64;             # bytes before padding, at most 100 MiB
  mediaType @1 :Text;            # of the list in schemas/media_types.h
  fileName @2 :Text;             # 1..255 B, no '/', '\' or control characters, not "." or ".."
}

struct Place {
  country @0 :Text;              # !
  subdivision @1 :Text;          # ISO 3166-2
  locode @2 :Text;               # UN/LOCODE
  office @3 :Text;
  description @4 :Text;
  coordinates @5 :Coordinates;
}

struct Coordinates {             # WGS84
  latitudeE7 @0 :Int32;          # degrees x 10^7, -90..90
  longitudeE7 @1 :Int32;         # -180..180
  accuracyM @2 :UInt32;          # 0 = unknown
}

struct Substance {
  list @0 :UInt8;                # ! ND61 PS71 T1 T2 ISSL NPS OTHER
  name @1 :Text;                 # ! INCB name
  cas @2 :Text;                  # 2..7 digits - 2 digits - 1 digit
  inchiKey @3 :Text;
  hs6 @4 :Text;                  # "2915.24"
  form @5 :UInt8;                # powder brick resin paste liquid tablet ampoule plant blotter
}

struct Quantity {
  thousandths @0 :UInt64;        # ! 1 .. 999999999999: decimal(12,3) above zero
  unit @1 :UInt8;                # ! KGM GRM LTR MLT H87 TAB AMP BLT PLANT; never converted
  weighing @2 :UInt8;            # gross net
  measure @3 :UInt8;             # weighed estimated
}

struct Purity {
  perMille @0 :UInt16;           # 0..1000
  method @1 :UInt8;              # ! field-kit raman lab
}

struct Goods {
  substance @0 :Substance;       # !
  quantity @1 :Quantity;         # !
  purity @2 :Purity;
}

struct NumberedDocument {
  type @0 :UInt8;                # ! CMR TIR AWB B/L OTHER
  number @1 :Text;               # !
}

struct Conveyance {
  mode @0 :UInt8;                # ! 1 unspecified, then UN/ECE Rec 19 + 1: sea rail road air mail
                                 # multimodal fixed inland-water not-applicable
  plate @1 :Text;
  plateCountry @2 :Text;
  vin @3 :Text;
  container @4 :Text;
  vessel @5 :Text;
  imo @6 :Text;
  mmsi @7 :Text;
  flight @8 :Text;
  wagon @9 :Text;
  documents @10 :List(NumberedDocument);  # at most 16
  seals @11 :List(Text);                  # at most 32
}

struct PersonName {
  text @0 :Text;                 # !
  script @1 :UInt8;              # ! ISO 15924: Cyrl Arab Latn
  transliteration @2 :Text;
}

struct PartialDate {
  year @0 :UInt16;               # ! 1..9999
  month @1 :UInt8;               # 0 = unknown
  day @2 :UInt8;                 # 0 = unknown
  calendar @3 :UInt8;            # ! gregorian solar-hijri
}

struct IdentityDocument {
  type @0 :Text;                 # !
  number @1 :Text;               # !
  issuer @2 :Text;
}

struct Person {
  names @0 :List(PersonName);    # ! 1..8
  birth @1 :PartialDate;
  nationality @2 :Text;
  document @3 :IdentityDocument;
  role @4 :Text;
  status @5 :UInt8;              # suspect wanted arrested minor witness; the last two only in
}                                # content of CONFIDENTIAL or above

struct Packaging {
  counted @0 :Bool;              # whether `packages` is given
  packages @1 :UInt32;
  marks @2 :Text;
  logo @3 :Text;
}

struct Remarks {
  note @0 :Text;                 # at most 16 KiB
  language @1 :Text;             # ISO 639-1, given exactly with a note
  source @2 :UInt8;              # A B C X, given exactly with `information`
  information @3 :UInt8;         # 1 2 3 4
  tlp @4 :UInt8;                 # CLEAR GREEN AMBER AMBER+STRICT RED
}

struct SeizureAlert {
  place @0 :Place;               # !
  time @1 :UInt64;               # ! UTC ms
  goods @2 :List(Goods);         # ! 1..16
  conveyance @3 :Conveyance;     # ! its mode
  agency @4 :Text;               # ! who seized
  concealment @5 :UInt8;         # BODY_INGESTED BODY_WORN LUGGAGE_FALSE_BOTTOM VEH_FUEL_TANK
                                 # VEH_TYRE VEH_CHASSIS VEH_CAB CARGO_IN_GOODS CARGO_MIXED_LIQUID
                                 # CONT_STRUCTURE CONT_RIP_ON RAIL_WAGON_FRAME VESSEL_HULL
                                 # PARASITE_MAGNET POST_PARCEL ANIMAL DRONE NONE OTHER
  route @6 :List(Place);         # origin .. intended destination, at most 16
  persons @7 :List(Person);      # at most 16
  packaging @8 :Packaging;
  detection @9 :UInt8;           # profile dog scan tip routine
  arrestsKnown @10 :Bool;        # whether `arrests` is given
  arrests @11 :UInt32;
  wantsControlledDelivery @12 :Bool;
  remarks @13 :Remarks;
}

struct InfoRequest {
  question @0 :UInt8;            # ! subscriber vehicle person company travel
  subject @1 :Text;              # !
  justification @2 :Text;        # !
  usableInCourt @3 :Bool;
  persons @4 :List(Person);
  conveyance @5 :Conveyance;
  remarks @6 :Remarks;
}

struct InfoReply {
  result @0 :UInt8;              # ! FOUND NOT_FOUND
  answer @1 :Text;               # ! where FOUND
  persons @2 :List(Person);
  conveyance @3 :Conveyance;
  remarks @4 :Remarks;
}

struct Recall {
  target @0 :Data;               # ! 16: the header's supersedes
  action @1 :UInt8;              # ! delete stop-using replace
  reason @2 :Text;               # !
  remarks @3 :Remarks;
}

struct RecallDone {
  target @0 :Data;               # ! 16: the envelope that was recalled
  result @1 :UInt8;              # ! DONE NOT_DONE
  reason @2 :Text;               # ! where NOT_DONE
  remarks @3 :Remarks;
}

struct FieldChange {
  field @0 :Text;                # ! path in the JSON form of the kind: "goods[0].purity"
  before @1 :Text;
  after @2 :Text;
}

struct Correction {
  target @0 :Data;               # ! 16: the header's supersedes
  changes @1 :List(FieldChange); # ! 1..32
  reason @2 :Text;
  remarks @3 :Remarks;
}

struct ApprovalRequest {         # attachment 1, the only one, is the draft: u32 length, H, then its
  target @0 :Data;               # ! 16   stream 0 before padding
  offices @1 :List(Text);        # ! the audience, ascending, at most 256
  blind @2 :Data;                # ! 16: of the audience hash
  remarks @3 :Remarks;           # its note is the text of the request
}

struct Approval {
  target @0 :Data;               # ! 16
  audience @1 :Data;             # 32, given exactly with a signature
  signature @2 :Data;            # 64: Sign("approval", home, ctx, audience); absent = refused
  reason @3 :Text;               # ! where refused
  remarks @4 :Remarks;
}
