"""One round over one log: fetch, compare with known heads, audit new entries, record, and only then advance.

    fetch the checkpoint      1 request          unreachable, unreadable, checkpoint, origin
    compare with other heads  a few tiles        fork, split-view, rollback, behind, withheld
    audit what is new         the new bundles    faulty, unwitnessed, inconclusive
    check the age             none               stale

- R1: the state advances only to a checkpoint that was verified at every requested level and is consistent with the
  one verified before.
- R2: an audit is *full* (every entry, every level) the first time, when it is due again, when a small log has grown,
  and while there is a finding; otherwise only the new entries are audited, at L1 and L2.
- R3: a finding that a round could not judge stays open.
- R4: a checkpoint that another key signed under the log's name is accepted from nobody. It is reported nevertheless
  that the log served is not the one that was verified: otherwise a host could hide a rollback behind a new key.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from constancia.ledger.audit.resume_file import ResumeFile
from constancia.ledger.monitor.comparison import Holder, KnownTrees, Other, behind, keep_held
from constancia.ledger.monitor.contradicted_entries import proof_of_admitted
from constancia.ledger.monitor.findings import LogFinding
from constancia.ledger.monitor.judgements import ReceiptJudgement, findings_of, judge_age, judge_receipt, newest_word
from constancia.ledger.monitor.round_web import RoundWeb
from constancia.ledger.monitor.settings import Peer, WatchSettings, format_second, parse_second
from constancia.ledger.monitor.signed_heads import OWN, RECEIPT, SignedHead, is_consistent, open_head
from constancia.ledger.monitor.watch_folder import LogFolder
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import Checkpoint, read_checkpoint
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, VerifierKey, format_vkey, parse_vkey
from constancia.verify.core.formats.policy import Opened, open_with_policy
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.words import SEEN, TLS
from constancia.verify.sources.layout import CHECKPOINT_NAME
from constancia.verify.sources.published_log import PublishedLog
from constancia.verify.sources.source import Source
from constancia.verify.sources.web import CONTACT as NO_ANSWER

if TYPE_CHECKING:
    from constancia.verify.trust.trust_folder import TrustFolder

CONTACT: Final = frozenset({"unreachable", "certificate", "unreadable"})
_SHOWN: Final = frozenset({"checkpoint", "log-key", "origin"})
_HELD: Final = frozenset({"rollback", "behind", "withheld", "receipt"})

T = TypeVar("T")


class Round:
    """One round; `run` executes it. The result: findings, the codes that were judged, and the new state.

    Args:
        folder: The stored state of the watch.
        settings: How to watch.
        now: The round's time.
    """

    def __init__(self, folder: LogFolder, settings: WatchSettings, now: datetime) -> None:
        self.state = folder.state
        self.web = RoundWeb(folder.state.url, settings.is_stopped)
        self.found: list[LogFinding] = []
        self.judged: set[str] = set()
        self._folder = folder
        self._settings = settings
        self._now = now
        self._published = PublishedLog(self.web)
        self._trust: TrustFolder | None = None
        self._opened: Opened | None = None
        self._by_other_key: SignedHead | None = None

    def run(self, peers: Sequence[Peer], receipts: Sequence[ReceiptJudgement]) -> None:
        """Run all steps, as far as the log allows."""
        self._judge_peers(peers)
        head = self._fetch()
        keys = self._keys()
        if not keys:
            if not self.found:
                self._audit(None)  # nothing is pinned and the log is new: trust on first use
            return
        try:
            verified = None if self.state.verified is None else open_head(self.state.verified.encode(), *keys)
        except Malformed:
            reason = "what was verified before is not signed by the key that is pinned now: watch it in another folder"
            self._find("unreadable", key="pin", reason=reason)
            return
        others = self._others(keys, verified, peers, receipts)
        if head is not None and (self._is_unwitnessed or any(other.head.size > head.size for other in others)):
            head = self._ask_again()
        goes_on = self._with_memory(
            lambda memory: self._hold(
                head, verified, others, Holder(self._folder, keys, KnownTrees(memory, self._published)), peers
            )
        )
        if head is None:
            self._with_memory(lambda memory: self._hold_other_key(others, KnownTrees(memory, self._published)))
            return
        self._note_seen(head)
        self._with_memory(
            lambda memory: self._judge_receipts(head, keys, KnownTrees(memory, self._published), receipts)
        )
        if goes_on:
            self._audit(head)
        self._judge_age(head)

    # The checkpoint

    def _fetch(self) -> SignedHead | None:
        """Fetch the checkpoint and verify it with the key. None if it cannot be fetched, or is not the log's."""
        self._opened = self._by_other_key = None
        try:
            raw = self._read_checkpoint()
            origin = read_checkpoint(raw).origin
        except (Unreadable, Malformed) as error:
            if self.state.origin:
                self._trust = self._settings.trust_of(self.state.origin)
            self._missing(error)
            return None
        self.judged |= CONTACT | _SHOWN
        known = self.state.origin or origin
        self._trust = self._settings.trust_of(known)
        if origin != known:
            self._find("origin", key=origin, expected=known, found=origin)
            return None
        return self._open(raw)

    def _read_checkpoint(self) -> bytes:
        raw = self.web.read(CHECKPOINT_NAME, MAX_NOTE_BYTES)
        if raw is None:
            raise Unreadable("checkpoint", f"{self.web.location}/checkpoint", "there is none")
        return raw

    def _open(self, raw: bytes) -> SignedHead | None:
        try:
            if self._trust is not None:
                self._opened = open_with_policy(raw, self._trust.policy)
                return SignedHead(note=raw, checkpoint=self._opened.checkpoint)
            keys = self._keys()
            return open_head(raw, *keys) if keys else None
        except Malformed as error:
            if error.code == "other-log-key":
                self._find("log-key")
                self._by_other_key = SignedHead(note=raw, checkpoint=read_checkpoint(raw))
            else:
                self._find("checkpoint", key=error.code, reason=str(error))
            return None

    def _ask_again(self) -> SignedHead | None:
        """Retry after a pause if the log shows less than before: a cache or the witnesses may be behind."""
        self._settings.wait(self._settings.recheck_s)
        self.web.forget_checkpoint()
        return self._fetch()

    @property
    def _is_unwitnessed(self) -> bool:
        return self._opened is not None and not self._opened.witnessed

    def _keys(self) -> tuple[VerifierKey, ...]:
        """Return the log's keys: the pinned ones, otherwise the one from first use."""
        if self._trust is None:
            return () if self.state.log_key is None else (parse_vkey(self.state.log_key),)
        origin = self.state.origin if self._opened is None else self._opened.checkpoint.origin
        return self._trust.policy.signers_of(origin)

    def _note_seen(self, head: SignedHead) -> None:
        seen = f"{head.size} {head.checkpoint.root.hex()}"
        if seen != self.state.seen:
            self.state = replace(self.state, seen=seen, seen_since=format_second(self._now))

    # Other heads

    def _others(
        self,
        keys: Sequence[VerifierKey],
        verified: SignedHead | None,
        peers: Sequence[Peer],
        receipts: Sequence[ReceiptJudgement],
    ) -> list[Other]:
        pinned = None if self._trust is None else self._trust.checkpoint
        own = [None if verified is None else verified.note, pinned, (self.state.pending or "").encode()]
        notes = [(note, OWN) for note in own if note]
        notes += [(note.encode(), source) for note, source in self.state.held]
        notes += [(receipt.proof.checkpoint, RECEIPT) for receipt in receipts if receipt.origin == keys[0].name]
        notes += [(note, peer.name) for peer in peers for note in peer.heads.notes]
        others: dict[tuple[int, bytes, bool], Other] = {}
        for note, source in notes:
            try:
                other = Other(head=open_head(note, *keys), source=source)
            except Malformed:
                continue  # a head of another log, or unsigned: not relevant here
            others.setdefault((other.head.size, other.head.checkpoint.root, other.is_peers), other)
        return list(others.values())

    def _hold(
        self,
        head: SignedHead | None,
        verified: SignedHead | None,
        others: Sequence[Other],
        holder: Holder,
        peers: Sequence[Peer],
    ) -> bool:
        """Compare all heads; return whether the log extends the verified one, as far as is known."""
        for peer in peers:
            taken = (holder.take_proof(raw, peer.name) for raw in peer.heads.proofs)
            self.found += [finding for finding in taken if finding is not None]
        goes_on = True
        if head is not None and verified is not None:
            agrees, findings = holder.hold([head], Other(head=verified, source=OWN))
            self.found += findings
            goes_on = agrees is not False and head.size >= verified.size
        undecided = []
        for other in others:
            if verified is not None and other.head.checkpoint == verified.checkpoint:
                continue
            agrees, findings = holder.hold([own for own in (head, verified) if own is not None], other)
            self.found += findings
            undecided += [other] if agrees is None else []
        self.state = replace(self.state, held=keep_held(undecided, 0 if verified is None else verified.size))
        if head is not None:
            self.judged |= _HELD
            self.found += behind(head, others)
        return goes_on

    def _hold_other_key(self, others: Sequence[Other], trees: KnownTrees) -> None:
        """Compare what another key signed with what this monitor was shown before; nobody else's word is (rule R4)."""
        shown, own = self._by_other_key, [other for other in others if not other.is_peers]
        if shown is None:
            return
        self.found += behind(shown, own)
        for other in own:
            if is_consistent(shown, other.head, trees) is False:
                earlier, size = other.head.checkpoint, min(other.head.size, shown.size)
                params = {
                    "fault": "fork", "level": "L1", "index": 0, "last_index": size - 1, "field": CHECKPOINT_NAME,
                    "expected": f"{earlier.root.hex()} at size {earlier.size}",
                    "found": f"{shown.checkpoint.root.hex()} at size {shown.size}", "total": 1,
                }  # fmt: skip
                self._find("faulty", key=f"fork:0:{CHECKPOINT_NAME}", **params)
                return

    def _judge_receipts(
        self, head: SignedHead, keys: Sequence[VerifierKey], trees: KnownTrees, receipts: Sequence[ReceiptJudgement]
    ) -> None:
        judged = (judge_receipt(receipt, head, keys, trees) for receipt in receipts if receipt.origin == keys[0].name)
        self.found += [finding for finding in judged if finding is not None]

    def _judge_peers(self, peers: Sequence[Peer]) -> None:
        self.judged.add("peer")
        for peer in peers:
            if peer.failure is not None:
                self._find("peer", key=peer.name, name=peer.name, reason=peer.failure)

    def _with_memory(self, use: Callable[[ResumeFile], T]) -> T:
        """Open the resume file. If our own file is damaged, continue without it: that says nothing about the log."""
        try:
            with ResumeFile(self._folder.resume) as memory:
                return use(memory)
        except Unreadable as error:
            if error.code != "resume":
                raise
            self._folder.resume.unlink(missing_ok=True)
            with ResumeFile(self._folder.resume) as memory:
                return use(memory)

    # The audit

    def _audit(self, head: SignedHead | None) -> None:
        verified = self.state.verified
        is_same = head is not None and verified is not None and _checkpoint(verified) == head.checkpoint
        whole = self._is_whole_due(head, is_same=is_same)
        if head is not None and is_same and not whole:
            self._look_again(head)
            return
        try:
            report = self._run_audit(whole=whole)
        except Unreadable as error:
            self._missing(error)
            return
        self._judge_report(report, head, whole=whole)

    def _look_again(self, head: SignedHead) -> None:
        """Check the cosignatures again although there are no new entries."""
        self.judged.add("unwitnessed")
        if self._opened is not None and self._is_unwitnessed:
            names = ", ".join(sorted(self._opened.cosigned)) or "—"
            self._find("unwitnessed", key="no-quorum", reason="no-quorum", params={"names": names})
        else:
            self._advance(head, entries=0)

    def _is_whole_due(self, head: SignedHead | None, *, is_same: bool) -> bool:
        state = self.state
        if state.verified is None or state.whole_at is None or not self._folder.resume.exists():
            return True
        if any(finding.code == "faulty" or finding.params.get("reason") in SEEN for finding in self._folder.open):
            return True  # what was false or could not be had is looked at again
        if self._now - parse_second(state.whole_at) >= self._settings.whole_every:
            return True
        return not is_same and head is not None and head.size <= self._settings.whole_up_to

    def _run_audit(self, *, whole: bool) -> Report:
        state, settings, folder, trust = self.state, self._settings, self._folder, self._trust
        since = None if state.verified is None else state.verified.encode()
        if not whole:
            memory = ResumeFile(folder.resume)
        else:
            memory = ResumeFile(folder.interrupted, place=state.url, final=folder.resume)
            if trust is not None and since is not None:
                trust, since = replace(trust, checkpoint=since), None  # must extend it; skips no signatures (A3)
        with memory:
            try:
                return audit(
                    self._source(), trust, since=since, memory=None if whole and since is not None else memory,
                    workers=settings.workers, progress=self._progress,
                    further=settings.further(self._now) if whole else (), levels=settings.levels if whole else {},
                )  # fmt: skip
            except Unreadable as error:
                if error.code == "resume":  # our own file is damaged: the next round starts without it
                    memory.path.unlink(missing_ok=True)
                raise

    def _source(self) -> Source:
        return Source(kind="url", location=self.state.url, published=self._published)

    def _progress(self, _done: int, _total: int) -> None:
        if self._settings.is_stopped():
            raise KeyboardInterrupt

    def _judge_report(self, report: Report, head: SignedHead | None, *, whole: bool) -> None:
        findings = list(findings_of(report))
        self.found += findings
        self.judged |= {"faulty", "unwitnessed"} | ({"inconclusive"} if whole else set())
        if head is None and report.log_key is not None and report.checkpoint is not None:
            self.state = replace(self.state, log_key=report.log_key)
            head = self._open(report.checkpoint.encode())
        if head is None:
            return
        keys = self._keys()
        proof = proof_of_admitted(report, head, keys, self._source()) if keys else None
        stored = None if proof is None else self._folder.keep_proof(proof, OWN)
        self.found += [] if stored is None else [stored]
        entries = report.checked.get("L1", {}).get("entries", 0)
        is_whole = report.size == head.size  # what could not be had was not verified either
        if (
            not is_whole
            or report.verdict is Verdict.ALTERED
            or any(finding.code == "unwitnessed" for finding in findings)
        ):
            self.state = replace(self.state, pending=head.note.decode(), entries=self.state.entries + entries)
            return
        if whole:
            self.state = replace(self.state, whole_at=format_second(self._now))
        self._advance(head, entries=entries)

    def _advance(self, head: SignedHead, *, entries: int) -> None:
        """Advance to a verified checkpoint (rule R1)."""
        keys, at, state = self._keys(), format_second(self._now), self.state
        is_passed = state.pending is None or _checkpoint(state.pending).size <= head.size
        self.state = replace(
            state,
            origin=head.checkpoint.origin,
            log_key=format_vkey(keys[0]) if keys else None,
            verified=head.note.decode(),
            verified_at=at,
            size=head.size,
            pending=None if is_passed else state.pending,
            last_success=at,
            entries=state.entries + entries,
        )

    # Other checks

    def _judge_age(self, head: SignedHead) -> None:
        if self._settings.max_age is None:
            return
        self.judged.add("stale")
        seen = self.state.seen_since
        since = newest_word(self._opened, self._trust) or (self._now if seen is None else parse_second(seen))
        stale = judge_age(head, since, self._now, self._settings.max_age)
        self.found += [] if stale is None else [stale]

    def _missing(self, error: Unreadable | Malformed) -> None:
        """Record that something could not be fetched, which is not a verdict on the log."""
        self.judged |= CONTACT
        is_contact = isinstance(error, Unreadable) and error.code in NO_ANSWER
        if error.code in TLS:
            self._find("certificate", reason=error.code)
        else:
            self._find("unreachable" if is_contact else "unreadable", reason=str(error))

    def _find(self, code: str, key: str = "", **params: Any) -> None:
        self.found.append(LogFinding(code=code, key=key, params=params))


def _checkpoint(note: str) -> Checkpoint:
    return read_checkpoint(note.encode())
