"""A verifier page with a trust anchor in it: made, read, checked; whatever the publisher is called."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.profile import sampled
from tests.rows import each_row
from tests.verify.small_ledger import Log, LogKey, Witness, Writer

from constancia.ledger.publication.trust_page import OtherPage, TrustPage, check_page, is_name
from constancia.ledger.publication.verifier_page import policy_of, sealed, verifier_page
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.note import format_vkey
from constancia.verify.trust.trust_folder import load_trust

POLICY = f"log {format_vkey(LogKey().verifier)}\nquorum none\n"
GENESIS = "ab" * 32
HOSTILE = (
    '"><script>alert(1)</script>', "</title><script>", "<!--", "--><style>", "'\"&amp;&lt;", "NOSC\u00a0&\u00a0Co.",
    "<meta name=constancia-policy content=x>", "Nación ñandú", "הארגון", "a" * 100, "&#0;", "]]>", "{publisher}",
)  # fmt: skip
PROGRAM = re.compile(r"<(script|style)>.*?</\1>", re.DOTALL)


def made(**changes: str | None) -> TrustPage:
    given_ = {"publisher": "NOSC", "date": "2026-11-29", "policy": POLICY, "genesis": GENESIS}
    return TrustPage(**(given_ | changes))  # type: ignore[arg-type]  # texts


NAMES = st.text(min_size=1, max_size=100).filter(is_name)
VKEYS = st.sampled_from([format_vkey(LogKey(name, f"{name}.example/x").verifier) for name in "abc"])
COMMENTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40).map(lambda text: f"# {text}")


@st.composite
def policies(draw: st.DrawFn) -> str:
    """Policies of any size: logs, witnesses with addresses, comments, with any blanks between."""
    names = draw(st.lists(st.sampled_from("defhk"), unique=True, max_size=4))
    lines = [f"log {vkey}" for vkey in draw(st.lists(VKEYS, unique=True, min_size=1))]
    lines += [f"witness {name}\t{format_vkey(Witness(name).verifier)} https://{name}.example/?a&b=<" for name in names]
    lines += [f"group g any {' '.join(names)}", "quorum g"] if names else ["quorum none"]
    for comment in draw(st.lists(COMMENTS, max_size=3)):
        lines.insert(draw(st.integers(0, len(lines))), comment)
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n", "\n \t"]))


@settings(max_examples=sampled(10, 1_000))  # a page of the verifier's size each
@given(
    NAMES,
    policies(),
    st.binary(min_size=32, max_size=32),
    st.none() | st.sampled_from(["https://a.example/?x=1&y=\"'<>", "http://b.example/v.html"]),
    st.dates().map(lambda day: day.isoformat()),
    st.sampled_from(["es", "en"]),
)
@example("NOSC", POLICY, bytes(32), None, "2026-11-29", "en")
def test_any_anchor_comes_back_from_its_page(  # noqa: PLR0917 - all that a page has
    publisher: str, policy: str, genesis: bytes, address: str | None, date: str, language: str
) -> None:
    page = TrustPage(
        publisher=publisher, policy=policy, genesis=genesis.hex(), address=address, date=date, language=language
    )
    html = page.html().encode()
    assert TrustPage.read(html) == page
    assert check_page(html) == page


@each_row("name", HOSTILE)
def test_h1_program_is_the_releases_whatever_the_publisher_is_called(name: str) -> None:
    html, release = made(publisher=name).html(), verifier_page().decode()
    assert PROGRAM.findall(html) == PROGRAM.findall(release)
    assert [match[0] for match in PROGRAM.finditer(html)] == [match[0] for match in PROGRAM.finditer(release)]
    assert policy_of(html) == policy_of(release)
    assert sealed(html) == html
    assert TrustPage.read(html.encode()) == made(publisher=name)


def test_h2_page_is_checked_by_making_it_again() -> None:
    page = made()
    html = page.html()
    assert check_page(html.encode()) == page
    assert check_page(verifier_page()) is None
    for old, new, is_program in (
        ("65535", "65536", True),
        ("color-scheme", "color-scheme ", True),
        ("default-src 'none'", "default-src *", True),
        ("<main>", "<main><p>x</p>", False),
        ("width=device-width,", "width=device-width ,", False),
    ):
        assert old in html
        with pytest.raises(OtherPage) as raised:
            check_page(html.replace(old, new, 1).encode())
        assert raised.value.is_program is is_program


def meta(name: str) -> re.Pattern[str]:
    return re.compile(rf'<meta name="constancia-{name}" content="[^"]*">\n')


@each_row("name", ["publisher", "date", "fingerprint", "genesis", "policy"])
@each_row("by", ["", "twice", '<meta name="constancia-{}" content="">\n'])
def test_h3_broken_anchor_is_refused(name: str, by: str) -> None:
    html = made(address="https://nosc.example/").html()
    [line] = meta(name).findall(html)
    changed = html.replace(line, line * 2 if by == "twice" else by.format(name))
    with pytest.raises(Malformed):
        TrustPage.read(changed.encode())


def test_anchor_of_somebody_else_under_this_fingerprint_is_refused() -> None:
    html, other = made().html(), made(genesis="cd" * 32).html()
    swapped = html.replace(GENESIS, "cd" * 32)
    with pytest.raises(Malformed, match="fingerprint"):
        TrustPage.read(swapped.encode())
    [line] = meta("fingerprint").findall(other)
    # With the fingerprint that belongs to it, it is another anchor, whatever name it has: people compare.
    read = TrustPage.read(meta("fingerprint").sub(line, swapped).encode())
    assert read is not None
    assert read.fingerprint != made().fingerprint


@each_row(
    "changes",
    [
        {"publisher": ""}, {"publisher": " NOSC"}, {"publisher": "NO\nSC"}, {"publisher": "NO\u202eSC"},
        {"publisher": "a" * 101}, {"publisher": "n\u0303"}, {"publisher": "a\u200bb"}, {"date": "29/11/2026"},
        {"date": "2026-02-30"}, {"date": "20261129"}, {"address": "javascript:alert(1)"}, {"address": "https://"},
        {"address": "https://a.example/ x"}, {"address": "https://ñ.example/"}, {"genesis": "AB" * 32},
        {"genesis": ""}, {"policy": ""}, {"policy": "quorum none\n"}, {"language": "fr"},
    ],
)  # fmt: skip
def test_what_the_page_would_refuse_is_not_made(changes: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        made(**changes)


@pytest.fixture(scope="module")
def log() -> Log:
    return Writer().found().sign_agreement().log()


def test_checkpoint_must_be_signed_by_the_policys_key(log: Log, tmp_path: Path) -> None:
    trust = log.write_trust(tmp_path / "trust")
    anchor = {"policy": (trust / "policy").read_text(), "genesis": (trust / "genesis").read_text().strip()}
    note = log.checkpoint(9).decode()
    page = made(**anchor, checkpoint=note)
    read = TrustPage.read(page.html().encode())
    assert read == page
    assert read.trust().checkpoint == note.encode()
    with pytest.raises(Unreadable):
        made(**anchor, checkpoint=LogKey("forger").checkpoint(9, log.tree.root(9)).decode())


def test_page_pins_what_the_folder_pins_and_names_the_publisher(log: Log, tmp_path: Path) -> None:
    folder = load_trust(log.write_trust(tmp_path / "trust"))
    page = made(policy=(tmp_path / "trust/policy").read_text(), genesis=str((folder.genesis or b"").hex()))
    trust = page.trust()
    assert (trust.policy, trust.genesis) == (folder.policy, folder.genesis)
    assert trust.word == {**(folder.word or {}), "publisher": "NOSC", "date": "2026-11-29"}


def test_page_saved_again_by_a_browser_is_still_read_and_not_called_the_releases() -> None:
    page = made(address="https://nosc.example/")
    saved = re.sub(r'<meta name="([^"]+)" content="([^"]*)">', r'<META content="\2" NAME="\1" />', page.html())
    assert TrustPage.read(saved.replace("\n", "\r\n").encode("utf-8-sig")) == page
    with pytest.raises(OtherPage):
        check_page(saved.encode())
