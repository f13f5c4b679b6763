"""Policies and trust folders: one reading, quorums counted, everything else refused with its place."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.rows import each_row
from tests.verify.small_ledger import ORIGIN, Log, LogKey, PostQuantumWitness, Witness, write

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.note import COSIGNATURE_MLDSA44, format_note, format_vkey, parse_note, verifier_key
from constancia.verify.core.formats.policy import Policy, cosigners, open_with_policy
from constancia.verify.trust.pinned_checkpoint import TRUST, open_pinned
from constancia.verify.trust.policy_file import parse_policy
from constancia.verify.trust.trust_folder import load_trust

LOG = f"log {format_vkey(LogKey().verifier)}"
W = {name: f"witness {name} {format_vkey(Witness(name).verifier)}" for name in "abcde"}


def policy(*lines: str) -> Policy:
    return parse_policy("\n".join(lines) + "\n")


def test_every_kind_of_line_is_read() -> None:
    read = policy(
        "# a comment", "", LOG + " https://log.example/", f"  {W['a']} https://a.example/  ", W["b"], "\t# another",
        "group both all a b", "quorum both",
    )  # fmt: skip
    assert list(read.logs) == [ORIGIN]
    assert list(read.witnesses) == ["a", "b"]
    assert dict(read.urls) == {"a": "https://a.example/"}
    assert (read.groups["both"].needed, read.groups["both"].members, read.quorum) == (2, ("a", "b"), "both")


@each_row(
    "lines",
    [
        (), (LOG,), ("quorum none",), (LOG, "quorum none", "quorum none"), (LOG, "quorum missing"), (LOG, "quorum"),
        (LOG, LOG, "quorum none"), (LOG, W["a"], W["a"], "quorum a"), (LOG, "log", "quorum none"),
        (LOG + " u v", "quorum none"), (LOG, W["a"] + " u v", "quorum a"), (LOG, "Log x", "quorum none"),
        (LOG, W["a"].replace(" a ", " none "), "quorum none"), (LOG, W["a"].replace(" a ", " b "), W["a"], "quorum a"),
        (LOG, W["a"], "group a all a", "quorum a"), (LOG, W["a"], "group g all", "quorum g"),
        (LOG, W["a"], "group g 0 a", "quorum g"), (LOG, W["a"], "group g 2 a", "quorum g"),
        (LOG, W["a"], "group g 01 a", "quorum g"), (LOG, W["a"], "group g -1 a", "quorum g"),
        (LOG, W["a"], "group g ١ a", "quorum g"), (LOG, W["a"], f"group g {'9' * 5_000} a", "quorum g"),
        (LOG, W["a"], "group g some a", "quorum g"), (LOG, W["a"], "group g all a a", "quorum g"),
        (LOG, W["a"], "group g all a b", "quorum g"), (LOG, "group g all h", "group h all g", "quorum g"),
        (LOG, "group g all g", "quorum g"), (LOG, "group none all a", "quorum none"), (W["a"], LOG[:-3], "quorum a"),
        (f"log {format_vkey(Witness('a').verifier)}", "quorum none"),
        (LOG, f"witness a {format_vkey(LogKey('x').verifier)}", "quorum a"), (LOG, "quorum none # really", ),
        (LOG, "witness a notakey", "quorum a"), (LOG, "unknown line", "quorum none"),
    ],
)  # fmt: skip
def test_policy_of_another_form_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(Malformed):
        policy(*lines)


@given(
    st.lists(st.sampled_from([LOG, *W.values(), "group g any a b", "group h 1 g c", "quorum h", "quorum none", "#"]))
)
def test_lines_in_any_order_are_a_policy_or_malformed(lines: list[str]) -> None:
    try:
        read = policy(*lines)
    except Malformed:
        return
    assert read.quorum in {"none", *read.witnesses, *read.groups}


@given(st.text(max_size=300))
@example("log " + "a" * 100_000)
@example("\x0b\x1c\u2028\n")
def test_odd_text_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_policy(text)


@each_row(
    ("quorum", "cosigned", "met"),
    [
        ("none", "", True), ("a", "", False), ("a", "a", True), ("a", "b", False), ("any", "", False),
        ("any", "b", True),
        ("all", "ab", False), ("all", "abc", True), ("two", "c", False), ("two", "bc", True), ("nested", "ab", False),
        ("nested", "de", False), ("nested", "abd", False), ("nested", "abde", True), ("nested", "bcde", True),
    ],
)  # fmt: skip
def test_quorum_is_met_by_those_who_must_agree(quorum: str, cosigned: str, met: bool) -> None:
    groups = {
        "any": ["group any any a b c"], "all": ["group all all a b c"], "two": ["group two 2 a b c"],
        "nested": ["group two 2 a b c", "group other all d e", "group nested all two other"],
    }  # fmt: skip
    read = policy(LOG, *W.values(), *groups.get(quorum, []), f"quorum {quorum}")
    assert read.is_met(read.quorum, frozenset(cosigned)) is met


OWN = verifier_key(ORIGIN, COSIGNATURE_MLDSA44, PostQuantumWitness("log").verifier.public_key)
INAI = {
    "inai": f"witness inai {format_vkey(Witness('inai.example').verifier)}",
    "strong": f"witness strong {format_vkey(PostQuantumWitness('inai.example').verifier)}",
    "own": f"witness own {format_vkey(OWN)}",
}


@each_row(
    ("groups", "quorum", "reason"),
    [
        (["group q 2 inai strong a"], "q", "each witness once"),
        (["group q 2 inai strong"], "q", "each witness once"),
        (["group g any inai a", "group h any strong b", "group q 2 g h"], "q", "each witness once"),
        (["group g all inai strong", "group q 2 g strong a"], "q", "each once"),
        (["group g any a b", "group h any a c"], "g", "each once"),
        ([], "own", "log's own key"),
        (["group q any own a"], "q", "log's own key"),
        (["group q 1 own"], "q", "log's own key"),
        (["group q 2 own a"], "q", "log's own key"),
        (["group q all own"], "q", "log's own key"),
        (["group g all own", "group q 2 g a b"], "q", "log's own key"),
    ],
)
def test_quorum_that_would_count_a_witness_twice_or_the_log_is_refused(
    groups: list[str], quorum: str, reason: str
) -> None:
    with pytest.raises(Malformed, match=reason):
        policy(*W.values(), *INAI.values(), *groups, f"quorum {quorum}", LOG)


@each_row(
    ("groups", "cosigned", "made"),
    [
        (["group q all inai strong"], "inai strong", {"inai"}),
        (["group g any inai strong", "group q 2 g a b"], "strong b", {"strong", "b"}),
        (["group q all own a"], "own a", {"a"}),
        (["group g 2 a b c", "group h 2 inai d", "group q all own g h"], "own a b inai d e", {"a", "b", "inai", "d"}),
        (["group g 2 a b c", "group h any d e", "group q any g h"], "a d", {"d"}),
    ],
)
def test_note_names_the_witnesses_that_make_up_the_quorum_and_no_other(
    groups: list[str], cosigned: str, made: set[str]
) -> None:
    read = policy(LOG, *W.values(), *INAI.values(), *groups, "quorum q")
    who = dict.fromkeys(cosigned.split(), 1)
    note = LogKey().checkpoint(1, bytes(32))
    opened = replace(open_with_policy(note, read), cosigned=who, witnessed=read.is_met("q", frozenset(who)))
    assert opened.witnessed
    assert set(cosigners(opened, read)) == made


@each_row("odd", ["\r", "\0", "\x0b", "\x1b", "\x7f", "\x85"])
def test_tab_and_line_feed_are_the_only_control_characters(odd: str) -> None:
    assert policy(f"{LOG}\t", "# \t", "quorum\tnone").quorum == "none"
    for text in (f"{LOG}{odd}\nquorum none\n", f"{LOG}\n# {odd}\nquorum none\n"):
        with pytest.raises(Malformed, match="control character"):
            parse_policy(text)


@each_row("odd", ["\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u00a0", "\u3000", "\U000e0041"])
def test_names_hold_no_invisible_character_and_no_writing_direction(odd: str) -> None:
    with pytest.raises(Malformed, match="invisible"):
        policy(LOG, W["a"].replace(" a ", f" a{odd} "), "quorum none")
    with pytest.raises(Malformed, match="invisible"):
        policy(LOG, W["a"], f"group g{odd} any a", "quorum none")
    if not odd.isspace():
        log = LogKey("x", f"example.org{odd}/x").verifier
        with pytest.raises(Malformed, match="invisible"):
            policy(f"log {format_vkey(log)}", "quorum none")


def test_log_may_have_several_keys_and_any_of_its_ed25519_keys_signs() -> None:
    old, new = LogKey("an older key"), LogKey()
    read = policy(LOG, f"log {format_vkey(old.verifier)}", INAI["own"].replace("witness own", "log"), "quorum none")
    assert (list(read.logs), len(read.keys_of(ORIGIN)), read.keys_of("x")) == ([ORIGIN], 3, ())
    for signer in (old, new):
        assert open_with_policy(signer.checkpoint(1, bytes(32)), read).checkpoint.size == 1
    with pytest.raises(Malformed):
        open_with_policy(LogKey("another").checkpoint(1, bytes(32)), read)
    text = parse_note(new.checkpoint(1, bytes(32))).text
    spoiled = replace(parse_note(old.checkpoint(1, bytes(32))).signatures[0], blob=bytes(64))
    with pytest.raises(Malformed):
        open_with_policy(format_note(text, [*parse_note(new.checkpoint(1, bytes(32))).signatures, spoiled]), read)
    with pytest.raises(Malformed, match="Ed25519"):
        policy(INAI["own"].replace("witness own", "log"), "quorum none")


def test_groups_that_nest_deep_are_decided_at_once() -> None:
    lines = [LOG, W["a"], "group g0 any a", *(f"group g{number} all g{number - 1}" for number in range(1, 5_000))]
    read = policy(*lines, "quorum g4999")
    assert read.is_met(read.quorum, frozenset("a"))
    assert not read.is_met(read.quorum, frozenset())


WITNESSES = (Witness("a"), PostQuantumWitness("b"))
QUORUM = policy(
    LOG, W["a"], f"witness b {format_vkey(WITNESSES[1].verifier)}", "group both all a b", "quorum both"
)  # fmt: skip


def test_checkpoint_with_both_cosignatures_is_witnessed(log: Log) -> None:
    opened = open_with_policy(replace(log, witnesses=WITNESSES).checkpoint(), QUORUM)
    assert opened.witnessed
    assert set(opened.cosigned) == {"a", "b"}
    one = open_with_policy(replace(log, witnesses=WITNESSES[:1]).checkpoint(), QUORUM)
    assert (one.witnessed, set(one.cosigned), one.checkpoint.size) == (False, {"a"}, log.size)


def test_witness_that_signs_twice_counts_once(log: Log) -> None:
    note = parse_note(log.checkpoint())
    twice = [WITNESSES[0].line(note.text, 5), WITNESSES[0].line(note.text, 6)]
    opened = open_with_policy(format_note(note.text, [*note.signatures, *twice]), QUORUM)
    assert (opened.witnessed, set(opened.cosigned)) == (False, {"a"})


def test_failing_cosignature_of_a_known_witness_rejects_the_checkpoint(log: Log) -> None:
    note = parse_note(log.checkpoint())
    bad = replace(WITNESSES[0].line(note.text), blob=bytes(72))
    with pytest.raises(Malformed):
        open_with_policy(format_note(note.text, [*note.signatures, WITNESSES[1].line(note.text), bad]), QUORUM)


def test_checkpoint_of_an_unlisted_log_is_refused(log: Log) -> None:
    with pytest.raises(Malformed, match="origin"):
        open_with_policy(LogKey(origin="example.org/x").checkpoint(1, bytes(32)), QUORUM)


def test_platform_without_mldsa_reports_the_witness_as_not_checked(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = replace(log, witnesses=WITNESSES).checkpoint()
    monkeypatch.delattr("cryptography.hazmat.primitives.asymmetric.mldsa")
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.mldsa", None)
    opened = open_with_policy(raw, QUORUM)
    assert (opened.witnessed, opened.unsupported) == (False, ("b",))


def test_trust_folder_is_read(log: Log, tmp_path: Path) -> None:
    trust = load_trust(log.write_trust(tmp_path / "trust", kept=9))
    assert trust.genesis is not None
    assert len(trust.genesis) == 32
    assert open_pinned(trust.checkpoint or b"", trust, TRUST).size == 9


def test_trust_folder_without_policy_or_too_large_is_unreadable(log: Log, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        load_trust(tmp_path)
    for name, size in (("policy", 1_000_001), ("genesis", 257), ("checkpoint", 1_000_001)):
        folder = log.write_trust(tmp_path / name, kept=3)
        write(folder / name, b"#" * size)
        with pytest.raises(Unreadable, match=name):
            load_trust(folder)


@pytest.mark.parametrize("genesis", [b"", b"0" * 63 + b"\n", b"A" * 64, b"\xff" * 64, b"0" * 32 + b" " + b"0" * 32])
def test_genesis_of_another_form_is_refused(genesis: bytes, log: Log, tmp_path: Path) -> None:
    folder = log.write_trust(tmp_path / "trust")
    write(folder / "genesis", genesis)
    with pytest.raises(Malformed):
        load_trust(folder)


def test_policy_that_is_not_utf8_or_a_folder_is_refused(log: Log, tmp_path: Path) -> None:
    folder = log.write_trust(tmp_path / "trust")
    write(folder / "policy", b"\xff")
    with pytest.raises(Malformed):
        load_trust(folder)
    (folder / "policy").unlink()
    (folder / "policy").mkdir()
    with pytest.raises(Unreadable):
        load_trust(folder)


def test_named_pipe_in_the_trust_folder_does_not_make_the_verifier_wait(log: Log, tmp_path: Path) -> None:
    folder = log.write_trust(tmp_path / "trust")
    os.mkfifo(folder / "checkpoint")
    with pytest.raises(Unreadable):
        load_trust(folder)


def test_kept_checkpoint_that_is_none_of_the_policys_is_unreadable(log: Log, tmp_path: Path) -> None:
    folder = log.write_trust(tmp_path / "trust")
    for raw in (b"", b"x", LogKey("another").checkpoint(1, bytes(32))):
        write(folder / "checkpoint", raw)
        with pytest.raises(Unreadable):
            open_pinned(raw, load_trust(folder), TRUST)
