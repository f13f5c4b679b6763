"""The small parts: batches planned purely, the inbox, replies, folders, durable files, refusals merged."""

import asyncio
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from tests.rows import each_row

from constancia.domain.kernel.problems import Problem, Refusal
from constancia.ledger.append.batch_queue import BatchQueue
from constancia.ledger.append.examiner import merge
from constancia.ledger.append.loop_replies import LoopReplies
from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import LedgerError
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.log_signer import KeyFileError, LogSigner
from constancia.ledger.store.batch import MAX_BATCH, plan_batch
from constancia.verify.trust.policy_file import parse_policy

ORIGIN = "example.org/ledger"


class TestPlanBatch:
    def test_checkpoint_is_asked_for_the_size_after_the_batch(self) -> None:
        asked: list[tuple[int, bytes]] = []

        def sign(size: int, root: bytes) -> bytes:
            asked.append((size, root))
            return b"note"

        batch = plan_batch(
            first_index=5,
            leaf_hashes=bytes(64),
            statement_ids=["a", "b"],
            root=b"r" * 32,
            sign=sign,
        )
        assert asked == [(7, b"r" * 32)]
        assert (batch.first_index, batch.size, list(batch.positions)) == (5, 7, [6, 7])

    @each_row(("hashes", "ids"), [(0, 0), (1, 2), (2, 1), (513, 513)])
    def test_lists_that_do_not_fit_are_refused(self, hashes: int, ids: int) -> None:
        with pytest.raises(ValueError, match=str(MAX_BATCH)):
            plan_batch(
                first_index=0,
                leaf_hashes=bytes(32 * hashes),
                statement_ids=["x"] * ids,
                root=bytes(32),
                sign=lambda _size, _root: b"",
            )


class TestInbox:
    def test_items_are_taken_in_order_up_to_the_limit(self) -> None:
        inbox: BatchQueue[int] = BatchQueue()
        inbox.put(1, 2, 3)
        assert (inbox.take(2), inbox.take(2)) == ([1, 2], [3])

    def test_closed_inbox_gives_what_is_left_and_then_nothing(self) -> None:
        inbox: BatchQueue[int] = BatchQueue()
        inbox.put(1)
        inbox.close()
        assert (inbox.take(8), inbox.take(8)) == ([1], [])

    def test_waiting_takers_are_let_go_when_it_closes(self) -> None:
        inbox: BatchQueue[int] = BatchQueue()
        taken: list[list[int]] = []
        takers = [threading.Thread(target=lambda: taken.append(inbox.take(8))) for _ in range(3)]
        for taker in takers:
            taker.start()
        inbox.close()
        for taker in takers:
            taker.join(10)
        assert taken == [[], [], []]

    def test_nothing_is_lost_or_doubled_between_many_threads(self) -> None:
        inbox: BatchQueue[int] = BatchQueue()
        taken: list[int] = []
        lock = threading.Lock()

        def take() -> None:
            while items := inbox.take(8):
                with lock:
                    taken.extend(items)

        takers = [threading.Thread(target=take) for _ in range(4)]

        def put(start: int) -> None:
            for number in range(start, start + 500):
                inbox.put(number)

        putters = [threading.Thread(target=put, args=(start,)) for start in range(0, 2_000, 500)]
        for thread in (*takers, *putters):
            thread.start()
        for thread in putters:
            thread.join()
        inbox.close()
        for thread in takers:
            thread.join(10)
        assert sorted(taken) == list(range(2_000))


class TestLoopReplies:
    def test_burst_of_outcomes_wakes_the_loop_once(self) -> None:
        async def run() -> tuple[int, list[int]]:
            loop = asyncio.get_running_loop()
            replies: LoopReplies[int] = LoopReplies(loop)
            futures: list[Future[int]] = [Future() for _ in range(50)]
            waiting = [replies.wrap(future) for future in futures]
            woken = 0
            call = loop.call_soon_threadsafe

            def counted(*args: object) -> object:
                nonlocal woken
                woken += 1
                return call(*args)  # type: ignore[arg-type]

            loop.call_soon_threadsafe = counted  # type: ignore[assignment]

            def settle() -> None:
                for number, future in enumerate(futures):
                    future.set_result(number)

            thread = threading.Thread(target=settle)
            thread.start()
            thread.join()
            return woken, await asyncio.gather(*waiting)

        assert asyncio.run(run()) == (1, list(range(50)))

    def test_failure_is_carried_over(self) -> None:
        async def run() -> int:
            replies: LoopReplies[int] = LoopReplies(asyncio.get_running_loop())
            future: Future[int] = Future()
            awaitable = replies.wrap(future)
            future.set_exception(LedgerError("no"))
            return await awaitable

        with pytest.raises(LedgerError):
            asyncio.run(run())

    def test_outcome_for_one_who_has_stopped_waiting_is_dropped(self) -> None:
        async def run() -> None:
            replies: LoopReplies[int] = LoopReplies(asyncio.get_running_loop())
            future: Future[int] = Future()
            replies.wrap(future).cancel()
            future.set_result(1)
            await asyncio.sleep(0)

        asyncio.run(run())

    def test_cancelled_submission_is_told_as_cancelled(self) -> None:
        async def run() -> None:
            replies: LoopReplies[int] = LoopReplies(asyncio.get_running_loop())
            future: Future[int] = Future()
            awaitable = replies.wrap(future)
            future.cancel()
            await awaitable

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(run())


class TestFolder:
    def test_log_key_is_made_once(self, tmp_path: Path) -> None:
        folder = LedgerFolder(tmp_path / "ledger")
        made = folder.make_log_key(ORIGIN, b"a long passphrase")
        assert folder.load_log_key(ORIGIN, b"a long passphrase").vkey == made.vkey
        with pytest.raises(KeyFileError):
            folder.make_log_key(ORIGIN, b"a long passphrase")

    def test_keys_are_kept_from_others(self, tmp_path: Path) -> None:
        folder = LedgerFolder(tmp_path / "ledger")
        folder.make_log_key(ORIGIN, b"a long passphrase")
        assert folder.log_key.stat().st_mode & 0o777 == 0o600
        assert folder.log_key.parent.stat().st_mode & 0o777 == 0o700

    def test_policy_asks_for_the_log_s_key_alone(self, tmp_path: Path) -> None:
        signer = LogSigner.generate(ORIGIN)
        LedgerFolder(tmp_path).write_trust(signer.vkey, bytes(32))
        policy = parse_policy((tmp_path / "trust" / "policy").read_text())
        assert (policy.logs, policy.quorum) == ({ORIGIN: signer.verifier}, "none")

    def test_pinned_genesis_is_never_replaced(self, tmp_path: Path) -> None:
        signer = LogSigner.generate(ORIGIN)
        LedgerFolder(tmp_path).write_trust(signer.vkey, bytes(32))
        with pytest.raises(LedgerError, match="another genesis"):
            LedgerFolder(tmp_path).write_trust(signer.vkey, b"x" * 32)

    def test_policy_with_witnesses_is_kept(self, tmp_path: Path) -> None:
        signer = LogSigner.generate(ORIGIN)
        LedgerFolder(tmp_path).write_trust(signer.vkey, bytes(32))
        (tmp_path / "trust" / "policy").write_text("# ours\n")
        LedgerFolder(tmp_path).write_trust(signer.vkey, bytes(32))
        assert (tmp_path / "trust" / "policy").read_text() == "# ours\n"


class TestDurableFile:
    def test_file_is_replaced_whole(self, tmp_path: Path) -> None:
        write_file(tmp_path / "a" / "b", b"one")
        write_file(tmp_path / "a" / "b", b"two")
        assert (tmp_path / "a" / "b").read_bytes() == b"two"

    def test_failure_leaves_the_former_file_and_no_other(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(_: int) -> None:
            raise OSError("disk is full")

        write_file(tmp_path / "b", b"one")
        monkeypatch.setattr("os.fsync", broken)
        with pytest.raises(OSError, match="disk is full"):
            write_file(tmp_path / "b", b"two")
        assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("b", b"one")]


class TestMerge:
    SEEN = Problem(code="E_SEEN_AHEAD", rule="seen")
    DUPLICATE = Problem(code="E_DUPLICATE", rule="duplicate")

    def test_nothing_against_it_is_no_refusal(self) -> None:
        assert merge(None, [], 3) is None

    def test_domain_s_refusal_stands_alone(self) -> None:
        refusal = Refusal(Problem(code="E_STATE", rule="state"), {"size": 3})
        assert merge(refusal, [], 3) is refusal

    def test_first_code_in_the_order_of_checks_wins(self) -> None:
        refusal = Refusal(Problem(code="E_STATE", rule="state"), {"size": 3})
        merged = merge(refusal, [self.SEEN, self.DUPLICATE], 3)
        assert merged is not None
        assert merged.code == "E_SEEN_AHEAD"
        assert [code for code, _ in merged.also] == ["E_STATE", "E_DUPLICATE"]

    def test_earlier_code_of_the_domain_stays_first(self) -> None:
        refusal = Refusal(Problem(code="E_KEY_REVOKED", rule="revoked"), {"size": 3}, (("E_STATE", "state"),))
        merged = merge(refusal, [self.DUPLICATE], 3)
        assert merged is not None
        assert merged.code == "E_KEY_REVOKED"
        assert [code for code, _ in merged.also] == ["E_STATE", "E_DUPLICATE"]

    def test_ledger_s_objections_alone_are_a_refusal(self) -> None:
        merged = merge(None, [self.DUPLICATE, self.SEEN], 3)
        assert merged is not None
        assert (merged.code, merged.also) == ("E_SEEN_AHEAD", (("E_DUPLICATE", "duplicate"),))
