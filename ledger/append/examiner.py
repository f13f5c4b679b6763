"""What is checked of a statement before the law is asked: form, origin, type, signature bytes.

All of it depends on the statement and on keys that never change, not on the state at the head, so
that what is refused here is answered at once, whatever becomes of the others in its batch. What does
depend on the head (is the key known, does `seen` fit, is the id new) is asked again by the writer
where the answer here was not final.

The order is that of the refusal codes: form, ledger, type and schema, then signatures.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from constancia.domain.catalogue import REGISTRY, UnknownAct, parse_act
from constancia.domain.kernel.codes import CODES
from constancia.domain.kernel.problems import Problem, Refusal
from constancia.domain.values.editions import is_known
from constancia.ledger.append.key_ring import BRINGS_KEYS, GENESIS_TYPE, KeyRing, introduced_keys
from constancia.ledger.submission import SignedStatement
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import Entry
from constancia.verify.core.formats.signatures import PublicKey, Signature, verify_signature
from constancia.verify.core.formats.statement import Seen, Statement
from constancia.verify.speed.libsodium import Check, quickest_check

# Signatures after which the faster library is loaded: that takes as long as so many take less.
_MANY: Final = 500
_RANK: Final = {code: rank for rank, code in enumerate(CODES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendOutcome:
    """The entry that a statement is recorded as, and whether the same bytes had been recorded before."""

    entry: Entry
    replayed: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Submission:
    """A statement on its way. One thread at a time has it: the submitter's, then the writer's.

    Attributes:
        signed: The statement and its signatures, parsed when it was handed in.
        future: Gets the outcome.
        proved_by: The keys under which the signatures verified; empty as long as they have not.
        is_disproved: Whether a signature was found not to verify under the key that it names.
        seen_fits: Whether `seen` was found to be the tree's root at that size.
    """

    signed: SignedStatement
    future: Future[AppendOutcome] = field(default_factory=Future)
    proved_by: tuple[PublicKey, ...] = ()
    is_disproved: bool = False
    seen_fits: bool = False


class Examiner:
    """Checks submissions against the origin, the log's key and the registered keys."""

    def __init__(
        self,
        *,
        origin: str,
        vkey: str,
        keys: KeyRing,
        root: Callable[[int], bytes | None],
        cosigner_vkey: str | None = None,
    ) -> None:
        """Check for one ledger.

        Args:
            origin: Its name, which each statement must carry.
            vkey: The log's verifier key, which the genesis must carry.
            keys: The registered keys.
            root: Gives the tree's root at a stored size; None beyond.
            cosigner_vkey: The verifier key of the log's ML-DSA-44 cosignatures, which the genesis may carry.
        """
        self._origin = origin
        self._named = {"log_key": (vkey,), "log_cosigner": (cosigner_vkey, None)}
        self._keys = keys
        self._root = root
        self._check: Check = verify_signature
        self._checked = 0

    def examine(self, submission: Submission) -> None:
        """Check all that needs no look at the head, and notes what was found.

        Raises:
            Malformed: The number of signatures is wrong, or a key in the body is unfit.
            Refusal: E_LEDGER_MISMATCH, E_UNKNOWN_TYPE, E_SCHEMA_VERSION, E_MALFORMED (the body's
                form) or E_SIGNATURE_INVALID.
        """
        statement = submission.signed.statement
        self._check_ledger(statement)
        known = REGISTRY.get(statement.type)
        if known is None or not is_known(statement.schema) or statement.type in BRINGS_KEYS:
            _check_body(statement)
        self.prove(submission, is_final=False)
        seen = statement.seen
        submission.seen_fits = self._root(seen.size) == seen.root

    def _check_ledger(self, statement: Statement) -> None:
        if statement.ledger != self._origin:
            raise Refusal(
                Problem(
                    code="E_LEDGER_MISMATCH",
                    rule="a statement is for the ledger that it names, and for no other",
                    found={"statement.ledger": statement.ledger},
                ),
                {"ledger": self._origin},
            )
        if statement.type != GENESIS_TYPE:
            return
        # A genesis that names another log key would open a ledger whose checkpoints nobody trusts.
        for member, allowed in self._named.items():
            if statement.body.get(member) not in allowed:
                raise Refusal(
                    Problem(
                        code="E_LEDGER_MISMATCH",
                        rule="the genesis names the keys that sign this ledger's checkpoints",
                        found={member: str(statement.body.get(member))},
                    ),
                    {"ledger": self._origin, f"expected_{member}": allowed[0]},
                )

    def prove(self, submission: Submission, *, is_final: bool) -> None:
        """Check the signatures' bytes under the keys that they name.

        A signature proved here stays proved: a key id is its key's digest and its scheme can't
        change. The one thing that can change is that a registration which was under way fails, and
        for that the writer compares `proved_by` with the ring again.

        Args:
            submission: The statement and its signatures.
            is_final: Whether a key that is unknown now is refused (by the writer), or left for the
                writer to look for, since its registration may be under way.

        Raises:
            Malformed: The number of signatures is wrong, or a key in the body is unfit.
            Refusal: E_KEY_UNKNOWN, E_SIGNATURE_INVALID.
        """
        statement, signatures = submission.signed.statement, submission.signed.signatures
        expected = self._expected_keys(statement, signatures)
        if any(key is None for key in expected):
            if is_final:
                raise _refuse("E_KEY_UNKNOWN", "the key was registered in this ledger", submission)
            return
        keys = tuple(key for key in expected if key is not None)
        if submission.proved_by == keys:
            return
        message = signed_bytes(statement.raw)
        for key, signature in zip(keys, signatures, strict=True):
            submission.is_disproved = key.key_id == signature.key and not self._verify(key, signature, message)
            if key.key_id != signature.key or submission.is_disproved:
                raise _refuse(
                    "E_SIGNATURE_INVALID",
                    "the signature verifies over the statement's bytes under the key that it names",
                    submission,
                )
        submission.proved_by = keys

    def _verify(self, key: PublicKey, signature: Signature, message: bytes) -> bool:
        self._checked += 1
        if self._checked == _MANY:
            self._check = quickest_check()
        return self._check(key, signature, message)

    def _expected_keys(self, statement: Statement, signatures: Sequence[Signature]) -> tuple[PublicKey | None, ...]:
        brought = introduced_keys(statement)
        expected = len(brought) or 1
        if len(signatures) != expected:
            raise Malformed("form", "signatures", f"{expected} of them", len(signatures))
        return brought or (self._keys.get(signatures[0].key),)


def _check_body(statement: Statement) -> None:
    try:
        parse_act(statement.type, statement.schema, statement.body)
    except UnknownAct as error:
        raise Refusal(error.problem, {"type": statement.type}) from error


def _refuse(code: str, rule: str, submission: Submission) -> Refusal:
    # A sound statement's body is read once, by the law. Form comes before signatures in the order
    # of checks, so that where a signature fails, the body's form is looked at first.
    _check_body(submission.signed.statement)
    keys = [str(signature.key) for signature in submission.signed.signatures]
    return Refusal(Problem(code=code, rule=rule, found={"keys": keys}), {})


def seen_problem(seen: Seen, size: int, root: Callable[[int], bytes]) -> Problem | None:
    """Judge the checkpoint that a statement vouches for. The one rule of `seen`, for the writer and for dry runs.

    Args:
        seen: Size and root that the signer's software verified.
        size: Number of entries in the log.
        root: Gives the log's root at a size of at most `size`, 32 bytes.

    Returns:
        E_SEEN_AHEAD or E_SEEN_CONTRADICTS as a problem; None where `seen` is a state of this log.

    Source: ours: SPEC §7.
    """
    if seen.size > size:
        rule = "the signer has seen no more entries than there are"
        return Problem(code="E_SEEN_AHEAD", rule=rule, found={"seen.size": seen.size})
    expected = root(seen.size)
    if seen.root != expected:
        return Problem(
            code="E_SEEN_CONTRADICTS",
            rule="the root that the signer has seen is this log's root at that size",
            found={"seen.size": seen.size, "seen.root": seen.root.hex(), "log.root": expected.hex()},
        )
    return None


def merge(refusal: Refusal | None, problems: Sequence[Problem], size: int) -> Refusal | None:
    """Put what the ledger objects to among what the domain objects to, in the order of the codes.

    Args:
        refusal: The domain's refusal, if there is one.
        problems: The ledger's own objections.
        size: Tree size that they were judged against.

    Returns:
        One refusal with the first code; None when nothing speaks against the act.
    """
    if not problems:
        return refusal
    mine = sorted(problems, key=lambda problem: _RANK[problem.code])
    if refusal is None:
        return Refusal(mine[0], {"size": size}, tuple((p.code, p.rule) for p in mine[1:]))
    theirs = ((refusal.code, refusal.rule), *refusal.also)
    listed = sorted((*((p.code, p.rule) for p in mine), *theirs), key=lambda item: _RANK.get(item[0], len(_RANK)))
    first = Problem(code=refusal.code, rule=refusal.rule) if listed[0] == theirs[0] else mine[0]
    return Refusal(first, refusal.judged_against, tuple(listed[1:]))
