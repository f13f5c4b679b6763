"""What is missing to begin, on the start page: done and missing, whose turn, the command; gone when all is done."""

import re

import pytest
from tests.api.served import Desk
from tests.ledger.world import PARTIES
from tests.rows import each_row

from constancia.api.text.i18n import message_ids
from constancia.domain.catalogue import REGISTRY

ACT = "page.opening_act_"
TITLE = {"es": "Lo que falta para empezar", "en": "What is missing to begin"}


def shown(desk: Desk, lang: str, query: str = "") -> str:
    answer = desk.http.get(f"/{lang}/{query}")
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


@pytest.mark.parametrize("lang", ["es", "en"])
def test_it_names_whose_turn_it_is_and_goes_on_with_every_act(new: Desk, lang: str) -> None:
    new.take(new.world.genesis())
    page = shown(new, lang)
    assert TITLE[lang] in page
    assert all(f"constancia init {party}" in page for party in PARTIES)
    assert ("Pasos hechos: 0 de 5" if lang == "es" else "Steps done: 0 of 5") in page
    forms = set(re.findall(r'href="([^"]*/PartyRegistered)"', new.http.get(f"/{lang}/").text))
    assert forms == {"/es/preparar/PartyRegistered" if lang == "es" else "/en/prepare/PartyRegistered"}
    assert all(new.http.get(form).status_code == 200 for form in forms)
    registered = new.world.founding()[1]
    new.play([registered])
    again = shown(new, lang)
    assert sum(f"constancia init {party}" in again for party in PARTIES) == len(PARTIES) - 1


def test_it_is_shown_of_the_present_alone(founded: Desk) -> None:
    assert TITLE["es"] in shown(founded, "es")
    assert TITLE["es"] not in shown(founded, "es", "?size=3")


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_act_of_the_opening_has_its_form(new: Desk, lang: str) -> None:
    new.take(new.world.genesis())
    links = re.findall(rf'href="(/{lang}/(?:preparar|prepare)/[^"]+)"', new.http.get(f"/{lang}/").text)
    assert {link.rpartition("/")[2] for link in links} == {"PartyRegistered"}
    section = links[0].rpartition("/")[0]
    acts = [name.removeprefix(ACT) for name in message_ids(lang) if name.startswith(ACT)]
    assert [act for act in acts if new.http.get(f"{section}/{act}").status_code != 200] == []


@pytest.mark.parametrize("lang", ["es", "en"])
def test_what_can_be_prepared_and_signed_is_reached_from_every_page(founded: Desk, lang: str) -> None:
    names = ("preparar", "pendientes") if lang == "es" else ("prepare", "pending")
    for path in ("", "mapa" if lang == "es" else "map", "ayuda" if lang == "es" else "help"):
        page = founded.http.get(f"/{lang}/{path}").text
        main = page[page.index("<main") : page.index("</main>")]
        assert [name for name in names if f'href="/{lang}/{name}"' not in main] == []
        assert [name for name in names if f'href="/{lang}/{name}"' not in page[page.index("</main>") :]] == []


@each_row("lang", ["es", "en"])
def test_every_act_of_the_opening_has_words(lang: str) -> None:
    named = [name for name in message_ids(lang) if name.startswith(ACT)]
    types = {name.removeprefix(ACT) for name in named}
    assert types <= REGISTRY.keys()
    assert {"PartyRegistered", "KeyEndorsed", "AgreementSigned"} <= types
