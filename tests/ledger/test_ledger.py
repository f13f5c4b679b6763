"""A ledger, opened: what goes in, what comes back, what is refused, what outlives a restart."""

import asyncio
import hashlib
import json
from concurrent.futures import wait
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Desk, OpenDesk
from tests.ledger.world import ORIGIN, SCHEMA, START, Key, Signed, World

from constancia.domain.kernel.problems import Refusal
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import Closed, Fatal, LedgerError, Locked, NotFound, ReadOnly
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.submission import SignedStatement
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_STATEMENT_BYTES, canonical
from constancia.verify.core.formats.checkpoint import open_checkpoint
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.signatures import KeyId, Signature
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.merkle import EMPTY_ROOT, hash_leaf, verify_consistency, verify_inclusion
from constancia.verify.wire.tlog_proof import parse_tlog_proof


def refused(desk: Desk, signed: Signed) -> Refusal:
    size = desk.ledger.size
    with pytest.raises(Refusal) as caught:
        desk.ledger.append(signed.parsed)
    assert desk.ledger.size == size
    return caught.value


def changed(desk: Desk, signed: Signed, party: str = "nosc", **members: Any) -> Signed:
    """The same statement with other members, signed again by a party's representative."""
    raw = canonical({**json.loads(signed.statement), **members})
    return Signed(statement=raw, signatures=(desk.world.keys[party].sign(raw),))


class TestAppending:
    def test_l3_what_is_appended_is_found_at_its_index(self, desk: Desk) -> None:
        outcome = desk.take(desk.world.allege("c1"))
        assert desk.ledger.log.entry(outcome.entry.index) == outcome.entry.raw
        assert outcome.entry.leaf_hash == hash_leaf(outcome.entry.raw)

    def test_statement_s_bytes_stand_verbatim_in_the_entry(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        outcome = desk.take(signed)
        assert parse_entry(outcome.entry.raw).statement.raw == signed.statement

    def test_entry_is_canonical_and_chained(self, desk: Desk) -> None:
        entries = [parse_entry(raw) for raw in desk.ledger.log.entries()]
        assert [e.index for e in entries] == list(range(desk.ledger.size))
        assert [e.previous for e in entries[1:]] == [e.leaf_hash for e in entries[:-1]]

    def test_checkpoint_covers_the_last_entry_under_the_log_s_key(self, desk: Desk) -> None:
        checkpoint, _ = open_checkpoint(desk.ledger.log.checkpoint(), desk.signer.verifier)
        assert (checkpoint.size, checkpoint.root) == (desk.ledger.size, desk.ledger.log.root())

    def test_same_bytes_again_get_the_first_receipt(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        first = desk.take(signed)
        again = desk.take(signed)
        assert (again.entry, again.replayed) == (first.entry, True)

    def test_same_bytes_twice_under_way_are_recorded_once(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        size = desk.ledger.size
        futures = [desk.ledger.submit(signed.parsed) for _ in range(20)]
        outcomes = [future.result() for future in futures]
        assert desk.ledger.size == size + 1
        assert sorted(o.replayed for o in outcomes) == [False] + [True] * 19

    def test_recorded_at_does_not_go_back_when_the_clock_does(self, desk: Desk) -> None:
        desk.clock.set(START + timedelta(hours=1))
        first = desk.take(desk.world.allege("c1"))
        desk.clock.set(START - timedelta(days=1))
        second = desk.take(desk.world.allege("c1"))
        assert second.entry.recorded_at == first.entry.recorded_at

    def test_concurrent_statements_all_get_a_place(self, desk: Desk) -> None:
        size = desk.ledger.size
        signed = [desk.world.allege("c1", party) for party in ("inai", "nosc", "sfp") * 30]
        futures = [desk.ledger.submit(one.parsed) for one in signed]
        wait(futures)
        assert sorted(f.result().entry.index for f in futures) == list(range(size, size + 90))

    def test_statements_can_be_awaited_on_an_event_loop(self, desk: Desk) -> None:
        async def submit() -> list[int]:
            signed = [desk.world.allege("c1") for _ in range(40)]
            outcomes = await asyncio.gather(*(desk.ledger.submit_async(one.parsed) for one in signed))
            return [outcome.entry.index for outcome in outcomes]

        size = desk.ledger.size
        assert sorted(asyncio.run(submit())) == list(range(size, size + 40))

    def test_refusal_reaches_the_event_loop(self, desk: Desk) -> None:
        signed = changed(desk, desk.world.allege("c1"), ledger="example.org/other")
        with pytest.raises(Refusal):
            asyncio.run(desk.ledger.submit_async(signed.parsed))

    def test_one_bad_statement_does_not_sink_its_batch(self, desk: Desk) -> None:
        signed = [desk.world.allege("c1") for _ in range(9)]
        signed.insert(4, desk.world.allege("no-such-commitment"))
        futures = [desk.ledger.submit(one.parsed) for one in signed]
        wait(futures)
        assert [type(f.exception()) for f in futures].count(Refusal) == 1
        assert sum(f.exception() is None for f in futures) == 9


class TestRefusing:
    def test_statement_for_another_ledger(self, desk: Desk) -> None:
        signed = changed(desk, desk.world.allege("c1"), ledger="example.org/other")
        assert refused(desk, signed).code == "E_LEDGER_MISMATCH"

    def test_same_id_with_other_bytes(self, desk: Desk) -> None:
        first = desk.world.allege("c1")
        desk.take(first)
        other = changed(desk, desk.world.allege("c1"), id=json.loads(first.statement)["id"])
        assert refused(desk, other).code == "E_DUPLICATE"

    def test_same_id_with_other_bytes_while_both_are_under_way(self, desk: Desk) -> None:
        first = desk.world.allege("c1")
        shared = json.loads(first.statement)["id"]
        pairs = [first, changed(desk, desk.world.allege("c1"), id=shared, occurred_on="2019-03")]
        futures = [desk.ledger.submit(one.parsed) for one in pairs]
        wait(futures)
        failed = [f.exception() for f in futures if f.exception() is not None]
        assert [getattr(error, "code", None) for error in failed] == ["E_DUPLICATE"]

    def test_signature_over_other_bytes(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        other = desk.world.allege("c1")
        mixed = Signed(statement=signed.statement, signatures=other.signatures)
        assert refused(desk, mixed).code == "E_SIGNATURE_INVALID"

    def test_signature_by_a_key_that_nobody_registered(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        stranger = Signed(statement=signed.statement, signatures=(Key().sign(signed.statement),))
        assert refused(desk, stranger).code == "E_KEY_UNKNOWN"

    def test_signature_by_another_party_s_key(self, desk: Desk) -> None:
        signed = desk.world.allege("c1", "nosc")
        other = Signed(
            statement=signed.statement,
            signatures=(desk.world.keys["sfp"].sign(signed.statement),),
        )
        assert refused(desk, other).code == "E_ROLE"

    def test_two_signatures_where_one_belongs(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        with pytest.raises(Malformed, match="1 of them"):
            desk.ledger.append(SignedStatement.read(signed.statement, signed.signatures * 2))

    def test_seen_beyond_the_end_of_the_log(self, desk: Desk) -> None:
        desk.world.seen = (desk.ledger.size + 5, bytes(32))
        refusal = refused(desk, desk.world.allege("c1"))
        assert refusal.code == "E_SEEN_AHEAD"
        assert refusal.judged_against["size"] == desk.ledger.size

    def test_seen_root_that_the_tree_contradicts(self, desk: Desk) -> None:
        desk.world.seen = (3, bytes(32))
        refusal = refused(desk, desk.world.allege("c1"))
        assert refusal.code == "E_SEEN_CONTRADICTS"
        assert refusal.judged_against["log.root"] == desk.ledger.log.root(3).hex()

    def test_older_seen_is_as_good_as_the_newest(self, desk: Desk) -> None:
        desk.world.seen = (0, EMPTY_ROOT)
        desk.ledger.append(desk.world.allege("c1").parsed)
        desk.world.seen = (7, desk.ledger.log.root(7))
        desk.ledger.append(desk.world.allege("c1").parsed)

    def test_every_further_rule_broken_is_listed(self, desk: Desk) -> None:
        desk.world.seen = (3, bytes(32))
        refusal = refused(desk, desk.world.allege("no-such-commitment"))
        assert refusal.code == "E_SEEN_CONTRADICTS"
        assert "E_NOT_FOUND" in [code for code, _ in refusal.also]

    def test_unknown_type(self, desk: Desk) -> None:
        signed = changed(desk, desk.world.allege("c1"), type="ProgressApplauded")
        assert refused(desk, signed).code == "E_UNKNOWN_TYPE"

    def test_unknown_schema(self, desk: Desk) -> None:
        signed = changed(desk, desk.world.allege("c1"), schema=99)
        assert refused(desk, signed).code == "E_SCHEMA_VERSION"

    def test_body_with_an_unknown_member(self, desk: Desk) -> None:
        body = {**json.loads(desk.world.allege("c1").statement)["body"], "mood": "good"}
        signed = changed(desk, desk.world.allege("c1"), body=body)
        assert refused(desk, signed).code == "E_MALFORMED"

    def test_malformed_body_comes_before_a_bad_signature(self, desk: Desk) -> None:
        body = {**json.loads(desk.world.allege("c1").statement)["body"], "mood": "good"}
        signed = changed(desk, desk.world.allege("c1"), body=body)
        spoilt = Signature(key=KeyId(desk.world.keys["nosc"].key_id), sig=bytes(64))
        bad = Signed(statement=signed.statement, signatures=(spoilt,))
        assert refused(desk, bad).code == "E_MALFORMED"

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda raw: raw + b" ",
            lambda raw: raw.replace(b'"mode"', b'"mode" ', 1),
            lambda raw: raw[:-1],
            lambda raw: b"\xff" + raw,
            lambda raw: b"",
            lambda raw: b"[" * 2000,
            lambda raw: raw.replace(SCHEMA, SCHEMA + b".0"),
            lambda raw: raw.replace(SCHEMA, b'"schema":NaN'),
            lambda raw: raw.replace(SCHEMA, SCHEMA + b"," + SCHEMA),
        ],
    )
    def test_bytes_that_are_no_canonical_statement(self, desk: Desk, spoil: Any) -> None:
        signed = desk.world.allege("c1")
        assert SCHEMA in signed.statement
        with pytest.raises(Malformed):
            SignedStatement.read(spoil(signed.statement), signed.signatures)

    def test_statement_that_is_too_large(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        with pytest.raises(Malformed) as caught:
            SignedStatement.read(b"{" + b" " * MAX_STATEMENT_BYTES, signed.signatures)
        assert caught.value.code == "too-large"

    def test_entry_that_would_be_too_large(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        huge = Signature(key=signed.signatures[0].key, sig=bytes(60_000))
        with pytest.raises((Malformed, Refusal)):
            desk.ledger.append(SignedStatement.read(signed.statement, [huge]))

    def test_refused_statement_may_be_sent_again_when_it_has_become_legal(self, founded: Desk) -> None:
        founded.world.now = START
        early = founded.world.allege("c1")
        assert refused(founded, early).code == "E_NOT_FOUND"
        founded.adopt()
        assert founded.take(early).replayed is False

    def test_key_registered_and_used_at_once_is_known_when_its_turn_comes(self, founded: Desk) -> None:
        key = Key()
        founded.take(founded.world.key_registered("nosc", key))
        founded.take(founded.world.key_endorsed("nosc", key))
        founded.adopt()
        founded.world.keys["nosc"] = key
        assert founded.take(founded.world.allege("c1")).replayed is False


class TestGenesis:
    def test_nothing_comes_before_it(self, new: Desk) -> None:
        assert refused(new, new.world.party_registered("inai")).code == "E_KEY_UNKNOWN"

    def test_it_is_signed_by_all_founders_in_order(self, new: Desk) -> None:
        genesis = new.world.genesis()
        turned = Signed(statement=genesis.statement, signatures=genesis.signatures[::-1])
        assert refused(new, turned).code == "E_SIGNATURE_INVALID"

    def test_two_of_three_founders_are_not_enough(self, new: Desk) -> None:
        genesis = new.world.genesis()
        with pytest.raises(Malformed, match="3 of them"):
            new.ledger.append(SignedStatement.read(genesis.statement, genesis.signatures[:2]))

    def test_it_names_the_key_that_signs_the_checkpoints(self, new: Desk) -> None:
        other = World(LogSigner.generate(ORIGIN).vkey)
        assert refused(new, other.genesis()).code == "E_LEDGER_MISMATCH"

    def test_there_is_one_only(self, founded: Desk) -> None:
        assert refused(founded, founded.world.genesis()).code == "E_STATE"

    def test_trust_folder_is_written_when_it_is_recorded(self, new: Desk) -> None:
        genesis = new.take(new.world.genesis())
        trust = load_trust(new.folder / "trust")
        assert trust.genesis == genesis.entry.leaf_hash
        assert trust.policy.logs[ORIGIN] == new.signer.verifier

    def test_trust_folder_lost_before_it_was_written_is_written_at_the_next_start(self, new: Desk) -> None:
        new.take(new.world.genesis())
        for name in ("policy", "genesis"):
            (new.folder / "trust" / name).unlink()
        new.reopen()
        assert load_trust(new.folder / "trust").genesis == new.ledger.log.leaf_hash(0)

    def test_empty_ledger_has_no_checkpoint(self, new: Desk) -> None:
        with pytest.raises(NotFound):
            new.ledger.log.checkpoint()


class TestOpening:
    def test_l2_everything_is_there_after_a_restart(self, desk: Desk) -> None:
        before = (desk.ledger.size, desk.ledger.log.root(), desk.ledger.log.checkpoint())
        state = canonical(desk.ledger.state().document())
        desk.reopen()
        assert (desk.ledger.size, desk.ledger.log.root(), desk.ledger.log.checkpoint()) == before
        assert canonical(desk.ledger.state().document()) == state

    def test_ledger_goes_on_after_a_restart(self, desk: Desk) -> None:
        size = desk.ledger.size
        desk.reopen()
        assert desk.take(desk.world.allege("c1")).entry.index == size

    def test_recorded_at_does_not_go_back_across_a_restart(self, desk: Desk) -> None:
        desk.clock.set(START + timedelta(days=1))
        last = desk.take(desk.world.allege("c1"))
        desk.clock.set(START)
        desk.reopen()
        assert desk.take(desk.world.allege("c1")).entry.recorded_at == last.entry.recorded_at

    def test_statement_recorded_before_a_restart_is_replayed_after_it(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        first = desk.take(signed)
        desk.reopen()
        assert desk.take(signed) == type(first)(entry=first.entry, replayed=True)

    def test_l1_second_writer_is_turned_away(self, desk: Desk) -> None:
        with pytest.raises(Locked):
            Ledger.open(desk.folder, clock=desk.clock, signer=desk.signer)

    def test_l1_reader_opens_beside_the_writer(self, desk: Desk) -> None:
        with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
            assert reader.log.root() == desk.ledger.log.root()

    def test_reader_cannot_write(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        with (
            Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader,
            pytest.raises(ReadOnly),
        ):
            reader.append(signed.parsed)

    def test_reader_follows_the_writer_when_asked_to(self, desk: Desk) -> None:
        with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
            desk.take(desk.world.allege("c1"))
            assert reader.size == desk.ledger.size - 1
            assert reader.refresh() == desk.ledger.size
            assert reader.log.checkpoint() == desk.ledger.log.checkpoint()

    def test_reader_reads_as_far_as_it_is_told(self, desk: Desk) -> None:
        sizes = [desk.take(desk.world.allege("c1")).entry.index + 1 for _ in range(4)]
        with Ledger.open(desk.folder, clock=desk.clock, signer=None, options=Options(most=0)) as reader:
            assert (reader.size, list(reader.log.checkpoint_sizes())) == (0, [])
            for most in (*sizes[:2], sizes[1]):
                assert reader.refresh(most) == most
                assert reader.log.checkpoint() == desk.ledger.log.checkpoint(most)
                assert max(reader.log.checkpoint_sizes()) == most
                for beyond in (size for size in sizes if size > most):
                    with pytest.raises(NotFound):
                        reader.log.signed(beyond)
            assert reader.refresh() == sizes[-1]
        with Ledger.open(desk.folder, clock=desk.clock, signer=None, options=Options(most=sizes[2])) as reader:
            assert reader.log.checkpoint() == desk.ledger.log.checkpoint(sizes[2])

    def test_reader_opens_what_it_has_no_right_to_write(self, desk: Desk) -> None:
        desk.ledger.close()
        for path in desk.folder.iterdir():
            path.chmod(0o555 if path.is_dir() else 0o444)
        desk.folder.chmod(0o555)
        try:
            with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
                assert reader.size > 0
        finally:
            desk.folder.chmod(0o755)

    def test_folder_without_a_ledger_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="no ledger in"):
            Ledger.open(tmp_path / "none", clock=StoryClock(START), signer=None)

    def test_ledger_is_not_made_over_another(self, desk: Desk) -> None:
        desk.ledger.close()
        with pytest.raises(LedgerError, match="holds a ledger"):
            Ledger.open(desk.folder, clock=desk.clock, signer=desk.signer, create=True)

    def test_interrupted_making_can_be_repeated(self, new: Desk) -> None:
        new.ledger.close()
        Ledger.open(new.folder, clock=new.clock, signer=new.signer, create=True).close()

    def test_other_origin_than_wanted_is_refused(self, desk: Desk) -> None:
        with pytest.raises(LedgerError, match="is the ledger"):
            Ledger.open(desk.folder, clock=desk.clock, signer=None, origin="example.org/else")

    def test_other_log_key_than_the_genesis_names_is_refused(self, desk: Desk) -> None:
        with pytest.raises(Fatal, match="another log key"):
            desk.reopen(signer=LogSigner.generate(ORIGIN))

    def test_lock_is_free_again_after_a_refused_opening(self, desk: Desk) -> None:
        with pytest.raises(Fatal):
            desk.reopen(signer=LogSigner.generate(ORIGIN))
        desk.reopen()

    def test_closed_ledger_takes_nothing_in(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        desk.ledger.close()
        with pytest.raises(Closed):
            desk.ledger.append(signed.parsed)

    def test_closing_lets_what_is_under_way_come_to_its_end(self, desk: Desk) -> None:
        signed = [desk.world.allege("c1") for _ in range(100)]
        futures = [desk.ledger.submit(one.parsed) for one in signed]
        desk.ledger.close()
        assert all(future.done() and future.exception() is None for future in futures)


class TestReading:
    def test_entry_is_found_by_its_leaf_hash(self, desk: Desk) -> None:
        outcome = desk.take(desk.world.allege("c1"))
        assert desk.ledger.log.index_of(outcome.entry.leaf_hash.hex()) == outcome.entry.index

    def test_entry_is_found_by_its_statement_s_id(self, desk: Desk) -> None:
        signed = desk.world.allege("c1")
        outcome = desk.take(signed)
        assert desk.ledger.log.index_of(json.loads(signed.statement)["id"]) == outcome.entry.index

    @pytest.mark.parametrize("name", ["0" * 64, "x" * 64, " " * 64, "", "00000000-0000-4000-8000-000000000000"])
    def test_unknown_name_is_not_found(self, desk: Desk, name: str) -> None:
        with pytest.raises(NotFound):
            desk.ledger.log.index_of(name)

    @pytest.mark.parametrize("index", [-1, 10_000])
    def test_index_outside_of_the_log_is_not_found(self, desk: Desk, index: int) -> None:
        with pytest.raises(NotFound):
            desk.ledger.log.entry(index)

    def test_proofs_hold_between_any_two_sizes(self, desk: Desk) -> None:
        log, size = desk.ledger.log, desk.ledger.size
        for old in range(size + 1):
            assert verify_consistency(
                old_size=old,
                new_size=size,
                old_root=log.root(old),
                new_root=log.root(size),
                proof=log.consistency_proof(old),
            )

    def test_every_published_size_has_its_checkpoint(self, desk: Desk) -> None:
        for size in desk.ledger.log.checkpoint_sizes():
            checkpoint, _ = open_checkpoint(desk.ledger.log.checkpoint(size), desk.signer.verifier)
            assert (checkpoint.size, checkpoint.root) == (size, desk.ledger.log.root(size))

    def test_size_within_a_batch_has_no_checkpoint(self, desk: Desk) -> None:
        signed = [desk.world.allege("c1") for _ in range(200)]
        wait([desk.ledger.submit(one.parsed) for one in signed])
        sizes = set(desk.ledger.log.checkpoint_sizes())
        inner = next(size for size in range(1, desk.ledger.size) if size not in sizes)
        with pytest.raises(NotFound, match="no checkpoint was signed"):
            desk.ledger.log.checkpoint(inner)

    def test_receipt_proves_its_entry_under_the_log_s_key(self, desk: Desk) -> None:
        proof = parse_tlog_proof(desk.ledger.receipt(5))
        checkpoint, _ = open_checkpoint(proof.checkpoint, desk.signer.verifier)
        assert proof.extra == desk.ledger.log.entry(5)
        assert verify_inclusion(
            leaf_hash=hash_leaf(proof.extra or b""),
            index=proof.index,
            size=checkpoint.size,
            proof=proof.proof,
            root=checkpoint.root,
        )

    def test_receipt_can_be_had_against_an_older_checkpoint(self, desk: Desk) -> None:
        proof = parse_tlog_proof(desk.ledger.receipt(5, 9))
        assert open_checkpoint(proof.checkpoint, desk.signer.verifier)[0].size == 9

    def test_receipt_against_a_checkpoint_before_the_entry_is_not_found(self, desk: Desk) -> None:
        with pytest.raises(NotFound):
            desk.ledger.receipt(9, 5)

    def test_size_at_an_instant_counts_what_was_recorded_by_then(self, founded: Desk) -> None:
        size = founded.ledger.size
        founded.clock.set(START + timedelta(days=30))
        founded.world.now = founded.clock.now()
        founded.adopt()
        assert founded.ledger.size_at(START) == size
        assert founded.ledger.size_at(START - timedelta(seconds=1)) == 0
        assert founded.ledger.size_at(START + timedelta(days=30)) == founded.ledger.size

    def test_tile_and_bundle_beyond_the_log_are_not_found(self, desk: Desk) -> None:
        with pytest.raises(NotFound):
            desk.ledger.log.tile(0, 0, desk.ledger.size + 1)
        with pytest.raises(NotFound):
            desk.ledger.log.entry_bundle(1, 1)

    def test_documents_are_kept_beside_the_log(self, desk: Desk) -> None:
        name = desk.ledger.documents.put(b"minuta")
        assert name == hashlib.sha256(b"minuta").hexdigest()
        assert (desk.folder / "documents" / name).read_bytes() == b"minuta"

    def test_derived_facts_depend_on_the_instant_asked_about(self, desk: Desk) -> None:
        now = {fact.kind for fact in desk.ledger.derived(START)}
        later = {fact.kind for fact in desk.ledger.derived(START + timedelta(days=120))}
        assert "DeadlineMissed" in later - now


class TestOptions:
    def test_transaction_size_can_be_limited(self, open_desk: OpenDesk) -> None:
        desk = open_desk(options=Options(batch_limit=1))
        desk.found()
        desk.adopt()
        signed = [desk.world.allege("c1") for _ in range(20)]
        wait([desk.ledger.submit(one.parsed) for one in signed])
        assert list(desk.ledger.log.checkpoint_sizes()) == list(range(1, desk.ledger.size + 1))
