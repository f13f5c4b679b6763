"""Both catalogues say everything that the product says, with the same parameters, and nothing that it never says."""

import io
import re
from collections import Counter
from functools import cache
from gettext import GNUTranslations
from itertools import chain
from pathlib import Path

from babel import Locale, localedata
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from tests.rows import each_row
from tools import build_language_names

from constancia.api.http.problems import ALL_CODES
from constancia.api.pages.frame.marked_text import marked, marked_sentence
from constancia.api.text.catalogues.compiler import compile_catalogues
from constancia.api.text.i18n import LANGUAGES, catalogue_texts, in_language, language_name, message_ids, say, tr
from constancia.domain.catalogue import MACHINES, REGISTRY
from constancia.domain.sentences import VARIANTS, Sentence
from constancia.ledger.monitor.findings import KINDS

API = Path(__file__).resolve().parents[3] / "api"
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# Ids that are put together from a part that varies; everything else must stand in the code letter by letter.
MADE = (
    "act.", "data.", "form.", "cli.asof.", "cli.release.", "cli.source.", "cli.standing.", "error.", "judged.",
    "problem.", "word.",
    "note.", "page.d_", "page.done", "page.ended", "page.theme_", "page.holds_", "page.open_ended", "page.returned_on",
    "page.rule_",
    "page.running", "page.succeeded_on",
    "page.target_", "page.theme_", "page.withdrawn_on",
    *(f"monitor.{code}" for code in KINDS),
)  # fmt: skip


@cache
def messages_by_file(lang: str) -> dict[str, list[Message]]:
    return {
        name: [message for message in read_po(io.BytesIO(text), locale=lang) if message.id]
        for name, text in catalogue_texts(lang).items()
    }


def messages(lang: str) -> list[Message]:
    return [message for listed in messages_by_file(lang).values() for message in listed]


def texts(lang: str) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in messages(lang)}


def test_both_languages_have_the_same_messages_in_the_same_files_once() -> None:
    ids = {lang: {name: [str(message.id) for message in listed] for name, listed in messages_by_file(lang).items()}
           for lang in LANGUAGES}  # fmt: skip
    assert {name: sorted(listed) for name, listed in ids["es"].items()} == {
        name: sorted(listed) for name, listed in ids["en"].items()
    }
    # Who reads a file makes one of two messages with the same id.
    written = [(lang, name, line) for lang in LANGUAGES for name, text in catalogue_texts(lang).items()
               for line in text.decode().splitlines() if line.startswith("msgid ")]  # fmt: skip
    assert [each for each, count in Counter(written).items() if count > 1] == []
    repeated = [name for name, times in Counter(chain.from_iterable(ids["es"].values())).items() if times > 1]
    assert repeated == []


@each_row("lang", LANGUAGES)
def test_no_message_is_empty(lang: str) -> None:
    assert [name for name, text in texts(lang).items() if not text.strip()] == []


def test_both_languages_use_the_same_parameters() -> None:
    spanish, english = texts("es"), texts("en")
    differing = [
        name
        for name, text in spanish.items()
        if sorted(set(PLACEHOLDER.findall(text))) != sorted(set(PLACEHOLDER.findall(english[name])))
    ]
    assert differing == []


def test_every_refusal_code_has_a_title() -> None:
    assert {name for code in ALL_CODES for name in (f"problem.{code}", f"problem.{code}.next")} - texts(
        "es"
    ).keys() == set()


def test_every_act_has_a_sentence() -> None:
    assert {f"act.{move}" for machine in MACHINES.values() for move in machine.rows} - texts("es").keys() == set()


# What the founders say together, or what a signed decision says: who records it adds nothing of its own.
BY_NOBODY_ALONE = ("LedgerOpened", "CommitmentAdopted", "ScopeChanged")
# Said by the root of the party that it is about, which is its subject.
OF_ITSELF = ("MemberOrganizationJoined", "MemberOrganizationLeft", "PartyWithdrew", "RepresentativeAppointed")


@each_row("lang", LANGUAGES)
def test_sentence_of_an_act_names_who_says_it(lang: str) -> None:
    """Else one party's word reads as what is so, or as what another party says."""
    for msgid, words in texts(lang).items():
        kind, _, rest = msgid.partition(".")
        name = rest.partition(".")[0]
        if kind == "act" and name in REGISTRY and name not in BY_NOBODY_ALONE:
            named = ("%(subject)s",) if name in OF_ITSELF else ("%(party)s", "%(who)s")
            assert any(each in words for each in named), msgid
    assert all(REGISTRY[name].signer == "root" for name in OF_ITSELF)


def test_every_variant_has_a_sentence() -> None:
    assert {f"act.{name}.{suffix}" for name, (_, suffix) in VARIANTS.items()} - texts("es").keys() == set()


def test_messages_that_templates_and_code_name_exist() -> None:
    known = set(texts("es"))
    named = set[str]()
    for path in [*API.rglob("*.html"), *API.rglob("*.py")]:
        source = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            named |= set(re.findall(r"\bt\('([\w.]+)'[,)]", source))
        else:
            named |= {f"cli.{one}" for one in re.findall(r"\bmessage\(\s*\"([\w.]+)\"", source)}
            named |= set(re.findall(r"\btr\(\w+(?:\(\))?, \"([\w.]+)\"", source))
    assert len(named) > 100
    assert named - known == set()


def made_in(source: str) -> tuple[str, ...]:
    """Beginnings that the code itself writes: `t('page.owes_' + kind)`, `tr(lang, f"page.owes_{kind}")`."""
    return tuple(set(re.findall(r"['\"](page\.\w+_)(?:['\"] \+|\{)", source)))


def test_no_message_is_there_for_nothing() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in [*API.rglob("*.html"), *API.rglob("*.py")])
    in_single, in_double = (set(re.findall(rf"{quote}([^{quote}\n]+)(?={quote})", source)) for quote in "'\"")
    made = (*MADE, *made_in(source))
    unused = [
        name
        for name in texts("es")
        if not name.startswith(made)
        and name not in in_single
        and not {name, name.removeprefix("cli.")} & in_double
        and name.removesuffix("_one") not in texts("es").keys() - {name}  # of one: chosen where the other is used
    ]
    assert unused == []


COUNTED = re.compile(r"%\((?:count|days|size|times)\)s (?:más |otros )?(?!más\b)\w+s\b")


@each_row("lang", LANGUAGES)
def test_what_counts_things_has_words_for_one_of_them(lang: str) -> None:
    """`page.late_many` has `page.late_one`, every other message its own id with `_one`."""
    known = texts(lang)
    counting = {name for name, text in known.items() if name.startswith("page.") and COUNTED.search(text)}
    assert len(counting) > 20
    singular = {name: f"{re.sub('_(?:many|count)$', '', name)}_one" for name in counting}
    assert sorted(name for name, single in singular.items() if single not in known) == []
    assert [name for name in singular.values() if COUNTED.search(known[name])] == []


def test_a_pages_title_has_no_markup_for_a_language() -> None:
    titles = [
        line for path in API.rglob("*.html") for line in path.read_text("utf-8").splitlines() if "block title" in line
    ]
    assert [line for line in titles if "text(" in line or "party_name(" in line] == []


def test_a_language_has_its_name_and_one_without_a_name_its_tag() -> None:
    tags = ("es", "pt-br", "qu", "zh-hant", "es-x-inai", "anything_at.all")
    assert [language_name(tag, "es") for tag in tags] == [
        "Español", "Portugués (Brasil)", "Quechua", "Chino (tradicional)", "es-x-inai", "anything_at.all",
    ]  # fmt: skip
    assert language_name("pt", "en") == "Portuguese"


def test_names_of_languages_are_those_of_cldr() -> None:
    assert (API / "locale" / "names.json").read_text(encoding="utf-8") == build_language_names.text()
    form = re.compile(r"[a-z]{2,3}(_[A-Z][a-z]{3})?(_[A-Z]{2})?")
    tags = [tag for tag in localedata.locale_identifiers() if form.fullmatch(tag)]
    assert len(tags) > 500
    for tag in tags:
        for lang in LANGUAGES:
            small = tag.lower().replace("_", "-")
            name = Locale.parse(tag).get_display_name(lang) or small
            assert language_name(small, lang) == (name if name == small else name[:1].upper() + name[1:]), tag


def test_compiled_catalogue_is_the_same_twice_and_says_what_the_sources_say() -> None:
    for lang in LANGUAGES:
        sources = catalogue_texts(lang).values()
        compiled = compile_catalogues(lang, sources)
        assert compiled == compile_catalogues(lang, sources)
        read = GNUTranslations(io.BytesIO(compiled))
        assert {name: read.gettext(name) for name in texts(lang)} == texts(lang)
        assert sorted(message_ids(lang)) == sorted(texts(lang))


def test_text_is_marked_where_it_is_in_another_language_and_escaped_everywhere() -> None:
    text = {"es": "<b>uno</b>", "pt": "um & dois"}
    assert marked(text, "es") == "&lt;b&gt;uno&lt;/b&gt;"
    assert marked({"pt": text["pt"]}, "en", ("pt",)) == '<span lang="pt">um &amp; dois</span>'
    assert marked({"es-mx": "uno"}, "es") == "uno"
    assert marked({'"><script>': "x"}, "es").count("<script>") == 0
    assert in_language(text, "en", ("pt",)) == "um & dois"
    named = Sentence(msgid="act.KeyRevoked", params={"party": text}, languages=("pt",))
    assert marked_sentence(named, "en").startswith('<span lang="pt">um &amp; dois</span> ')
    listed = Sentence(msgid="act.ScopeChanged.without", params={"without": ("INAI", {"pt": "<i>"})})
    assert 'INAI, <span lang="pt">&lt;i&gt;</span>' in marked_sentence(listed, "es")
    assert "INAI, <i>" in say(listed, "es")


def test_sentence_leaves_out_what_the_act_left_out() -> None:
    told = say(Sentence(msgid="act.KeyRevoked", params={"party": "SFP"}), "es")
    assert told.startswith("SFP revoca")
    assert tr("en", "page.days_late", days=3) == "3 days late"


@each_row("name", ["مرصد", "ארגון", "Red ١٢"])
def test_name_that_runs_from_right_to_left_is_isolated_on_a_page(name: str) -> None:
    sentence = Sentence(msgid="act.KeyRevoked", params={"party": name})
    assert f"\u2068{name}\u2069" in marked_sentence(sentence, "es")
    assert "\u2068" not in say(sentence, "es")  # a terminal would show the mark as an escape
    assert "\u2068" not in marked_sentence(Sentence(msgid="act.KeyRevoked", params={"party": "SFP"}), "es")
