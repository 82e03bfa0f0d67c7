@0xb7d35e18a6c04f92;
# What is sealed in stream 0, after 32 random bytes and a SHA-256 for each attachment: one Cap'n
# Proto message of exactly one segment, with its segment table, at most 64 KiB.
#
# The payloads stand in kinds/, one file a family; how values are carried and what the annotations
# mean: kinds/rules.capnp. A member of the union is never moved or reused: members 1-8 are those of
# the first release, the others follow in the order of their kinds. A reader refuses a member that
# it does not know, and words of a struct beyond those that it knows unless they are zero.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("chapar::schemas::wire");

struct SealedContent {
  manifest @0 :Manifest;
  payload :union {
    seizureAlert @1 :import "kinds/seizure.capnp".SeizureAlert;               # 100
    infoRequest @2 :import "kinds/information.capnp".InfoRequest;             # 130
    infoReply @3 :import "kinds/information.capnp".InfoReply;                 # 131
    recall @4 :import "kinds/control.capnp".Recall;                           # 212
    recallDone @5 :import "kinds/control.capnp".RecallDone;                   # 213
    correction @6 :import "kinds/control.capnp".Correction;                   # 214
    approvalRequest @7 :import "kinds/control.capnp".ApprovalRequest;         # 218
    approval @8 :import "kinds/control.capnp".Approval;                       # 219
    cdRequest @9 :import "kinds/delivery.capnp".CdRequest;                    # 110
    cdConsent @10 :import "kinds/delivery.capnp".CdConsent;                   # 111
    cdRefusal @11 :import "kinds/delivery.capnp".CdRefusal;                   # 112
    cdItinerary @12 :import "kinds/delivery.capnp".CdItinerary;               # 113
    cdStart @13 :import "kinds/delivery.capnp".CdStart;                       # 114
    handoverOffer @14 :import "kinds/delivery.capnp".HandoverOffer;           # 115
    handoverAccept @15 :import "kinds/delivery.capnp".HandoverAccept;         # 116
    cdReport @16 :import "kinds/delivery.capnp".CdReport;                     # 117
    cdIncident @17 :import "kinds/delivery.capnp".CdIncident;                 # 118
    cdTerminate @18 :import "kinds/delivery.capnp".CdTerminate;               # 119
    cdOutcome @19 :import "kinds/delivery.capnp".CdOutcome;                   # 120
    interimReply @20 :import "kinds/information.capnp".InterimReply;          # 132
    infoRefusal @21 :import "kinds/information.capnp".InfoRefusal;            # 133
    precursorIncident @22 :import "kinds/precursors.capnp".PrecursorIncident; # 140
    preExportNotice @23 :import "kinds/precursors.capnp".PreExportNotice;     # 141
    noObjection @24 :import "kinds/precursors.capnp".NoObjection;             # 142
    objection @25 :import "kinds/precursors.capnp".Objection;                 # 143
    moreTime @26 :import "kinds/precursors.capnp".MoreTime;                   # 144
    npsNotice @27 :import "kinds/substances.capnp".NpsNotice;                 # 150
    lookoutInform @28 :import "kinds/lookouts.capnp".LookoutInform;           # 160
    lookoutCoerce @29 :import "kinds/lookouts.capnp".LookoutCoerce;           # 161
    lookoutHit @30 :import "kinds/lookouts.capnp".LookoutHit;                 # 162
    lookoutCancel @31 :import "kinds/lookouts.capnp".LookoutCancel;           # 163
    fiuRequest @32 :import "kinds/finance.capnp".FiuRequest;                  # 170
    fiuReply @33 :import "kinds/finance.capnp".FiuReply;                      # 171
    matchFilter @34 :import "kinds/finance.capnp".MatchFilter;                # 172
    mlaPreNotice @35 :import "kinds/legal.capnp".MlaPreNotice;                # 180
    mlaStatus @36 :import "kinds/legal.capnp".MlaStatus;                      # 181
    opCall @37 :import "kinds/operations.capnp".OpCall;                       # 190
    tasking @38 :import "kinds/operations.capnp".Tasking;                     # 191
    sitrep @39 :import "kinds/operations.capnp".Sitrep;                       # 192
    statReport @40 :import "kinds/statistics.capnp".StatReport;               # 200
    releaseRequest @41 :import "kinds/control.capnp".ReleaseRequest;          # 215
    releaseGrant @42 :import "kinds/control.capnp".ReleaseGrant;              # 216
    releaseDeny @43 :import "kinds/control.capnp".ReleaseDeny;                # 217
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
