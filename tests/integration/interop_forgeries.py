"""Evidence packages that someone with keys could make, each with the rule that must refuse it.

Each fails to be refused if that rule is taken out of crypto/verify/evidence.cpp or directory.cpp; interop.py judges them with both
readers.
"""
import evidence_v1 as evidence
import generate_v1 as v1
import ledger_v1 as ledger
import records_v1 as records
from generate_v1 import TH, be, sign
from story_v1 import START, YEAR, Log, Person, Signer, Story, header
from records_v1 import DAY

FORGED = {}


def forged(rule):
    def keep(function):
        FORGED[function.__name__] = (rule, function)
        return function
    return keep


def all_of():
    for name, (rule, function) in FORGED.items():
        made = function()
        told, package = made if isinstance(made, tuple) else (made, made.evidence())
        yield name, rule, package, told.card(), told.card_json()


# ---- the stream ------------------------------------------------------------------------------------------------------------------
@forged("stream.commitment")
def secret_of_another_stream():
    told = Story()
    return told, told.evidence(0, secret=told.secrets[1])


@forged("stream.commitment")
def right_secret_under_another_number():
    told = Story()
    return told, evidence.write_evidence(told.manifest, told.ledger, [len(told.ledger.leaves)], told.accepted, told.envelope, told.item, 1,
                                         told.secrets[0], told.ciphertexts[0])


@forged("stream.root")
def ciphertext_of_another_stream():
    told = Story()
    return told, told.evidence(0, ciphertext=told.ciphertexts[1])


@forged("stream.root")
def ciphertext_without_its_last_chunk():
    told = Story()
    return told, told.evidence(1, ciphertext=told.ciphertexts[1][:v1.CHUNK + 16])


@forged("stream.root")
def another_text_sealed_under_the_same_secret():
    told = Story()
    other = bytes(len(told.attachment))
    return told, told.evidence(1, ciphertext=b"".join(v1.encrypt(v1.expand(told.secrets[1], b"chapar/1 key"), v1.pad(other))))


@forged("stream.opens")
def chunk_that_is_not_marked_last():
    class Told(Story):
        def encrypt(self, k, plain): return v1.encrypt(k, v1.pad(plain), final=0)
    return Told()


@forged("stream.opens")
def padding_longer_than_it_must_be():
    class Told(Story):
        def encrypt(self, k, plain): return v1.encrypt(k, v1.pad(plain) + bytes(512))
    return Told()


@forged("content.hash")
def header_that_names_another_text():
    class Told(Story):
        def make_header(self, message_id, case_id, target):
            return header(self.home, self.author.certificate, message_id, case_id, 212, self.time, self.time + DAY, v1.rnd("other text"),
                          supersedes=target)
    return Told()


# ---- the acceptance ----------------------------------------------------------------------------------------------------------------
@forged("position.accepted")
def refusal_in_the_place_of_an_acceptance():
    class Told(Story):
        def acceptance(self): return {**super().acceptance(), 1: b"\x09", 9: b"\x02" + records.text("policy.refused") + be(0, 2)}
    return Told()


@forged("position.accepted")
def another_event_that_carries_all_of_an_acceptance():
    class Told(Story):
        def acceptance(self): return {**super().acceptance(), 1: b"\x0a"}
    return Told()


@forged("position.accepted")
def acceptance_that_says_deny():
    class Told(Story):
        def acceptance(self): return {**super().acceptance(), 9: b"\x02" + records.text("policy.refused") + be(0, 2)}
    return Told()


@forged("position.accepted")
def entry_of_a_delivery():
    told = Story()
    return told, told.evidence(accepted=told.accepted + 1, sizes=[len(told.ledger.leaves)])


@forged("position.accepted")
def acceptance_of_another_envelope():
    class Told(Story):
        def acceptance(self):
            other = self.envelope[:-1] + bytes([self.envelope[-1] ^ 1])
            return {**super().acceptance(), 5: other, 18: TH("envelope", other)}
    return Told()


@forged("position.accepted")
def author_who_has_seen_the_future():
    class Told(Story):
        def make_item(self, ehs):
            v1.HEAD_SIZE = len(self.ledger.leaves) + 1
            return super().make_item(ehs)
    return Told()


@forged("entries.included")
def salt_of_another_entry():
    told = Story()
    told.ledger.salts[told.accepted] = v1.rnd("another salt")
    return told


@forged("entries.included")
def entry_that_was_never_logged():
    told = Story()
    leaf = bytearray(told.ledger.leaves[told.accepted])
    honest = told.evidence()
    leaf[1 + 1] ^= 1  # the clock flag
    return told, honest.replace(told.ledger.leaves[told.accepted], bytes(leaf))


# ---- the heads -------------------------------------------------------------------------------------------------------------------
@forged("heads.signature")
def head_of_another_log():
    told = Story()
    told.ledger.log = Log(told.log.origin, Signer("a stranger's log"))
    return told


@forged("heads.one-line")
def two_histories_of_one_log():
    told = Story()
    honest = told.evidence()
    size = told.size_after
    other = told.log.note(size, v1.rnd("another root"))
    return told, honest.replace(told.ledger.head(size), other)


@forged("trust.manifest")
def package_of_another_centre():
    told, other = Story(), Story()
    other.home = v1.rnd("another home")
    return other, told.evidence()


# ---- the directory -----------------------------------------------------------------------------------------------------------------
class Revoked(Story):
    def before_acceptance(self):
        self.log_record(records.REVOKE, records.revoke_body("TJ-DCA", self.author.certificate, 2, 0), *self.tj.people)


@forged("author.certificate")
def author_revoked_before():
    return Revoked()


@forged("directory.chain")
def revocation_left_out():
    told = Revoked()
    kinds = [ledger.parse_leaf(leaf)["kind"] for leaf in told.ledger.leaves]
    listed = [i for i, kind in enumerate(kinds) if kind not in (records.MSG, records.LADDER)]
    revoke = next(
        i for i in listed if kinds[i] == records.KEY and ledger.parse_body(told.ledger.bodies[i])[1] == b"\x04")
    return told, told.evidence(directory=[i for i in listed if i != revoke])


@forged("directory.chain")
def revocation_left_out_before_another_entry():
    class Told(Revoked):
        def before_acceptance(self):
            super().before_acceptance()
            self.ledger.append(records.TIME, self.tick(), {1: b"\0"})
    told = Told()
    kinds = [ledger.parse_leaf(leaf)["kind"] for leaf in told.ledger.leaves]
    listed = [i for i, kind in enumerate(kinds) if kind not in (records.MSG, records.LADDER)]
    return told, told.evidence(directory=[i for i in listed if ledger.parse_body(told.ledger.bodies[i])[1] != b"\x04"])


@forged("directory.chain")
def revocation_cut_off():
    told = Revoked()
    kinds = [ledger.parse_leaf(leaf)["kind"] for leaf in told.ledger.leaves]
    first = next(i for i, kind in enumerate(kinds)
                 if kind == records.KEY and ledger.parse_body(told.ledger.bodies[i])[1] == b"\x04")
    return told, told.evidence(directory=[i for i, k in enumerate(kinds[:first]) if k not in (records.MSG, records.LADDER)])


@forged("author.certificate")
def author_suspended_before():
    class Told(Story):
        def before_acceptance(self):
            self.log_record(records.SUSPEND, records.suspend_body("TJ-DCA", self.author.certificate, START, START + YEAR, 42), *self.tj.people)
    return Told()


@forged("author.certificate")
def author_nobody_certified():
    class Told(Story):
        def accept(self):
            self.author = Person("a stranger's laptop", "TJ-DCA", "TJ-NPJ-BLO", "nobody")
            self.author.certificate = v1.rnd("no certificate")
            super().accept()
    return Told()


@forged("directory.signatures")
def device_certified_by_one_registrar():
    class Told(Story):
        def registrars_of(self, agency): return agency.people[:1]
    return Told()


@forged("directory.signatures")
def device_certified_by_roots():
    class Told(Story):
        def registrars_of(self, agency): return agency.roots[:2]
    return Told()


@forged("directory.signatures")
def roots_changed_by_the_centre_alone():
    class Told(Story):
        def old_roots_of(self, a): return []
    return Told()


@forged("directory.signatures")
def slip_used_twice():
    class Told(Story):
        def before_acceptance(self):
            slip = next(parse[1] for parse in map(records.parse_record, (w for k, w in self.records if k == records.SUSPEND)))
            again = self.log_record(records.SUSPEND, slip, *self.tj.people)
            self.log_record(records.REINSTATE, records.reinstate_body("TJ-DCA", self.author.certificate, again), *self.tj.people)
    return Told()


# ---- the envelope ------------------------------------------------------------------------------------------------------------------
@forged("author.signature")
def signed_by_a_colleague():
    class Told(Story):
        def make_item(self, ehs):
            mine, self.author.signer = self.author.signer, self.approvers[0].signer
            item = super().make_item(ehs)
            self.author.signer = mine
            return item
    return Told()


@forged("author.signature")
def envelope_outside_the_signed_batch():
    class Told(Story):
        def make_item(self, ehs): return super().make_item([v1.rnd("not this one"), *ehs[1:]])
    return Told()


@forged("author.signature")
def signature_under_another_label():
    class Told(Story):
        def make_item(self, ehs):
            honest = super().make_item(ehs)
            return honest[:110] + sign(self.author.signer.seed, "deliveries", honest[:110]) + honest[174:]
    return Told()


@forged("author.signature")
def batch_for_another_centre():
    class Told(Story):
        def make_item(self, ehs):
            v1.HOME = v1.rnd("another centre")
            return super().make_item(ehs)
    return Told()


@forged("envelope.header")
def header_for_another_centre():
    class Told(Story):
        def make_header(self, message_id, case_id, target):
            return header(v1.rnd("another centre"), self.author.certificate, message_id, case_id, 212, self.time, self.time + DAY,
                          TH("content", self.stream0), supersedes=target)
    return Told()


@forged("approvals")
def approval_of_another_text():
    class Told(Story):
        def approval(self, p, ctx, aud): return super().approval(p, v1.rnd("another text"), aud)[:1] + (aud, super().approval(p, v1.rnd("x"), aud)[2])
    return Told()


@forged("approvals")
def author_who_approves():
    class Told(Story):
        def before_acceptance(self): self.approvers = [self.author]
    return Told()


@forged("approvals")
def approver_nobody_certified():
    class Told(Story):
        def before_acceptance(self):
            stranger = Person("a stranger's desk", "TJ-DCA", "TJ-DUS-HQ", "nobody")
            stranger.certificate = v1.rnd("no certificate of a desk")
            self.approvers = [*self.approvers, stranger]
    return Told()
