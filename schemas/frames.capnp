@0xe1b26d0c9f5a4837;
# The frames between a device and the broker.
#
# One frame is one ZeroMQ message part (besides the routing id) holding one Cap'n Proto message of
# exactly one segment: segment table (u32 0, u32 words), then the words, nothing after them; at
# most 256 KiB. On the Unix socket the same bytes stand behind a u32 length, big-endian.
#
# Byte strings called E, B, item, D, label, leaf, body and record are fixed big-endian layouts of
# crypto/ (its README.md names the pages), opaque here. `item` = B (110) || signature (64) || u16
# index || path (0..8 nodes of 32). Hashes have 32 bytes, times are UTC milliseconds. An absent value
# is a null pointer.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("chapar::schemas::wire");

struct Frame {
  union {
    connect @0 :Void;                  # device: asks for a challenge
    challenge @1 :Challenge;           # broker
    hello @2 :Hello;                   # device
    welcome @3 :Welcome;               # broker: the session is open
    submit @4 :Submit;                 # device
    outcomes @5 :Outcomes;             # broker: answers submit, statements, publish
    credit @6 :UInt32;                 # device: is ready for so many more envelopes
    deliver @7 :Deliver;               # broker, within the credit
    statements @8 :Statements;         # device
    directoryAsk @9 :UInt64;           # device: entries from this index on
    directory @10 :EntryPage;          # broker: entries of all kinds but MSG
    receiptsAsk @11 :UInt64;           # device: events from this index on
    receipts @12 :EntryPage;           # broker: later events about envelopes this device sent
    explainAsk @13 :ExplainAsk;        # device: who may say what to whom
    explained @14 :Explained;          # broker
    ledgerAsk @15 :UInt64;             # device of an auditor office: entries from this index on
    ledger @16 :LedgerPage;            # broker
    publish @17 :Data;                 # device or socket: one signed record, at most 16 KiB
    statusAsk @18 :Void;               # socket only
    statusReport @19 :List(Figure);    # broker
    error @20 :Error;                  # broker
    relay @21 :Void;                   # reserved (pouch, peer centre): refused
    upload @22 :Upload;                # device: opens or resumes a stream stored as a file
    uploaded @23 :Uploaded;            # broker: answers upload and chunk
    chunk @24 :Chunk;                  # device
    fetch @25 :Fetch;                  # device: leaf list or chunks of a stream it may read
    chunks @26 :Chunks;                # broker: answers fetch
    proofsAsk @27 :ProofsAsk;          # device: proofs of entries against a published head
    proofs @28 :Proofs;                # broker: answers proofsAsk; later again as heads are witnessed
  }
}

struct Head {
  checkpoint @0 :Text;           # C2SP tlog-checkpoint note, at most 8 KiB
  consistency @1 :List(Data);    # RFC 9162 path from the newest checkpoint this session saw before
}                                # (that of HELLO at first); empty: none before, or the same size

struct EntryProof {
  index @0 :UInt64;
  leaf @1 :Data;
  path @2 :List(Data);           # leaf upward, at most 64
  body @3 :Data;                 # clear; absent where this reader may not see it
  salt @4 :Data;                 # 32
}

struct Challenge {
  challenge @0 :Data;            # 32 random bytes
  time @1 :UInt64;               # the broker's
}

struct Hello {
  device @0 :Data;               # certificate hash
  signature @1 :Data;            # 64: Sign("hello", challenge || home || CURVE key || device)
  note @2 :Text;                 # newest checkpoint note of this device, or absent
}

struct Welcome {
  time @0 :UInt64;
  head @1 :Head;
}

struct SubmittedStanza {
  label @0 :Data;                # 69
  enc @1 :Data;                  # 32
  ct @2 :Data;                   # 48; of an AUDIT stanza 96
}

struct SubmittedEnvelope {
  envelope @0 :Data;             # E
  item @1 :Data;                 # absent where Submit.batch is given
  blind @2 :Data;                # 16
  stanzas @3 :List(SubmittedStanza);  # 1..256
  streams @4 :List(Data);        # 1..32: ciphertext of stream j; empty: it is stored as a file
}

struct Submit {
  batch @0 :Data;                # B || signature (174): the envelopes are the whole batch in its
  envelopes @1 :List(SubmittedEnvelope);  # order; or absent: each has its item. 1..256
}

struct ItemOutcome {
  about @0 :Data;                # eh, TH("delivery", D) or record hash
  code @1 :Text;                 # absent = it took effect; else a code of the error catalogue
  context @2 :Text;
  rule @3 :Text;
  policy @4 :Data;               # 0 or 32
  proofs @5 :List(EntryProof);
}

struct Outcomes {
  head @0 :Head;
  time @1 :UInt64;
  items @2 :List(ItemOutcome);   # at most 1024
}

struct DeliveredStanza {
  label @0 :Data;
  enc @1 :Data;
  ct @2 :Data;
  index @3 :UInt16;              # its place in SR
  path @4 :List(Data);
}

struct Delivery {
  number @0 :UInt64;             # of this mailbox
  envelope @1 :Data;
  item @2 :Data;
  stanza @3 :DeliveredStanza;    # this device's
  audits @4 :List(DeliveredStanza);
  streams @5 :List(Data);        # as in SubmittedEnvelope: what is empty must be fetched
  proof @6 :EntryProof;          # of its ACCEPTED entry
}

struct Deliver {
  head @0 :Head;
  deliveries @1 :List(Delivery); # 1..256
}

struct SignedStatement {
  statement @0 :Data;            # D, 83
  item @1 :Data;                 # absent where Statements.batch is given
}

struct Statements {
  batch @0 :Data;                # as in Submit
  statements @1 :List(SignedStatement);   # 1..256
}

struct EntryPage {
  head @0 :Head;
  entries @1 :List(EntryProof);
  next @2 :UInt64;               # where the next question starts
  done @3 :Bool;                 # nothing newer exists
}

struct ExplainAsk {
  from @0 :Text;                 # office id
  to @1 :List(Text);             # 1..256 office ids
  kind @2 :UInt16;
  classification @3 :UInt16;     # 0..3
}

struct ExplainLine {
  direction @0 :UInt8;           # 1 EXPORT, 2 IMPORT
  agency @1 :Text;               # whose policy
  office @2 :Text;               # the recipient
  effect @3 :UInt8;              # 1 PERMIT, 2 DENY
  rule @4 :Text;                 # absent: no rule matched, or not for this reader
  policy @5 :Data;               # 0 or 32
  approvals @6 :UInt8;           # the rule's condition: so many at least; 0 = none
  role @7 :UInt16;               # the office role of its approvers; 0 if and only if approvals is 0
  sizeMax @8 :UInt64;            # bytes of all streams together; 0 = no limit
}

struct Explained {
  effect @0 :UInt8;
  lines @1 :List(ExplainLine);
}

struct StoredEntry {
  leaf @0 :Data;
  body @1 :Data;                 # as stored; absent = not handed out
}

struct LedgerPage {
  head @0 :Head;
  entries @1 :List(StoredEntry); # consecutive
  next @2 :UInt64;
  done @3 :Bool;
}

struct Upload {
  root @0 :Data;                 # R_j
  size @1 :UInt64;               # size_j
  leaves @2 :List(Data);         # RFC 9162 leaf hash of each sealed chunk, in order; 1..1632
}

struct Uploaded {
  root @0 :Data;
  have @1 :Data;                 # bit i (least significant first) = chunk i is stored; at most 204
  complete @2 :Bool;             # all are, and file and folder are synced
  code @3 :Text;                 # absent = it was done; else a code of the error catalogue
}

struct Chunk {
  root @0 :Data;
  first @1 :UInt64;              # number of the first chunk
  data @2 :Data;                 # 1..3 whole sealed chunks, consecutive
}

struct Fetch {
  envelope @0 :Data;             # eh
  stream @1 :UInt16;             # 0..31
  first @2 :UInt64;
  chunks @3 :UInt8;              # 0..3; 0 asks for the leaf list
}

struct Chunks {
  envelope @0 :Data;             # envelope, stream and first of the question
  stream @1 :UInt16;
  first @2 :UInt64;
  root @3 :Data;                 # R_j; zero where code is given
  leaves @4 :List(Data);         # of a question for 0 chunks; at most 1632
  data @5 :Data;                 # 0..3 whole sealed chunks: fewer than asked for at the end
  code @6 :Text;                 # absent = served; else a code of the error catalogue
}

struct ProofsAsk {
  entries @0 :List(UInt64);      # 1..256 indices
  witnessed @1 :Bool;            # against a head that a quorum of witnesses has signed
}

struct Proofs {
  head @0 :Head;                 # a published head; the path leads from the smaller to the larger of
                                 # it and the newest checkpoint this session saw
  proofs @1 :List(EntryProof);   # bodies absent; what is not witnessed yet follows later
}

struct Figure {
  name @0 :Text;
  value @1 :Text;
}

struct Error {
  code @0 :Text;                 # of the error catalogue
  context @1 :Text;
}
