@0xc4a9f0b1d2e37a51;
# The header H: all that the broker may read of an envelope.
#
# H is the canonical form (capnproto.org/encoding.html, "Canonicalization") of one Header struct:
# the words of its single segment, without a segment table, at most 4096 bytes. There is exactly
# one encoding of a header. A reader refuses whatever is not it: sections longer than those below,
# other list forms, explicit empty values (an absent Text, Data or List is a null pointer), bytes
# after the last word. So a field added here needs a new value of `version`, and a reader of this
# version refuses that.
#
# Data fields have exactly the length given. Times are UTC milliseconds since 1970, at most
# 253402300799999 (the end of the year 9999). Rules between fields: schemas/README.md.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("chapar::schemas::wire");

struct Header {
  version @0 :UInt16;      # 1
  suite @1 :UInt16;        # 1 = X25519, HKDF-SHA256, ChaCha20-Poly1305, Ed25519, SHA-256
  kind @2 :UInt16;         # schemas/README.md, "Kinds"
  home @3 :Data;           # 32: hash of the manifest of the centre it was made for
  sender @4 :Data;         # 32: hash of the sending device's certificate
  messageId @5 :Data;      # 16: UUIDv7, never used twice by one sender
  caseId @6 :Data;         # 16: random, never semantic
  created @7 :UInt64;      # by the sender's clock
  classification @8 :Classification;
  handling @9 :Handling;
  purpose @10 :Purpose;
  personalData @11 :Bool;  # the content speaks of identifiable persons
  urgency @12 :Urgency;
  replyBy @13 :UInt64;     # 0 = no answer is awaited
  expiresAt @14 :UInt64;   # not delivered after this
  retainUntil @15 :UInt64; # to be erased by its readers after this
  inReplyTo @16 :Data;     # 0 or 16: message id of the envelope that is answered
  supersedes @17 :Data;    # 0 or 16: message id of the envelope that is recalled or corrected
  derivedFrom @18 :List(Data);   # at most 8 of 16: message ids whose content is passed on
  releasableTo @19 :List(Text);  # at most 16 names of offices, agencies or countries
  releaseToken @20 :Data;  # 0 or 32: the originator's grant that is cited
  auditors @21 :List(Data);      # at most 4 of 32: certificates of declared auditors
  receiptsWanted @22 :UInt16;    # bit 0 delivered, 1 opened, 2 acknowledged; others 0
  content @23 :Data;       # 32: TH("content", stream 0 before padding)
  originator @24 :Text;    # office id; absent = the sender's office
}

enum Classification { unclassified @0; restricted @1; confidential @2; secret @3; }
enum Handling { h0 @0; h1 @1; h2 @2; h3 @3; }
# h0 crime purposes only; h1 not in court without permission; h2 not passed on without permission;
# h3 other conditions, stated in the content.
enum Purpose { intel @0; operation @1; judicial @2; regulatory @3; statistics @4; admin @5; }
enum Urgency { flash @0; urgent @1; priority @2; routine @3; }
# An answer is due 1 hour, 8 hours, 3 days, 7 days after `created`.
