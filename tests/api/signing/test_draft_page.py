"""The page of a draft, whatever is in it: all that is signed is shown, in both languages, and whether it is signed."""

from typing import Any

import pytest
from tests.api.served import Desk


def act(desk: Desk, **changed: Any) -> dict[str, Any]:
    """A vote against, as a form or a program prepares it, with words of the preparer."""
    found = desk.http.get("/api/v1/signing/es/p-wide-inai/decision/d-panel").json()["options"][1]["acts"][0]
    made = {name: value for name, value in found.items() if name != "id"}
    words = {"es": "Renuncio <b>a todo</b>", "en": "I waive it all"}
    return made | {"body": made["body"] | {"explanation": words}} | changed


def stored(desk: Desk, members: dict[str, Any]) -> str:
    answer = desk.http.post("/api/v1/signing/drafts", json=members)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["draft"])


def test_words_of_a_prepared_vote_are_on_the_page_that_signs_it(scene: Desk) -> None:
    name = stored(scene, act(scene))
    page = scene.http.get(f"/es/firmar/{name}").text
    assert "Renuncio &lt;b&gt;a todo&lt;/b&gt;" in page.partition('id="sheet"')[0]
    assert "I waive it all" in scene.http.get(f"/en/sign/{name}").text.partition('id="sheet"')[0]


def test_what_follows_is_that_of_the_act(scene: Desk) -> None:
    name = stored(scene, act(scene))
    [option] = scene.http.get(f"/api/v1/signing/es/drafts/{name}").json()["options"]
    assert option["then"].startswith("Queda su voto en contra")


def test_link_leads_where_passkeys_work_and_the_notice_has_it(scene: Desk) -> None:
    name = stored(scene, act(scene))
    for path, segment in ((f"/es/preparar/listo/{name}", "es/firmar"), (f"/en/prepare/ready/{name}", "en/sign")):
        page = scene.http.get(path).text
        assert f"http://localhost:{scene.url.rpartition(':')[2]}/{segment}/{name}" in page
        assert page.count("qr-code") == 1
        assert f"{segment}/{name}" in page.partition('id="notice"')[2].partition("</textarea>")[0]


@pytest.mark.parametrize("day", ["2019-99", "2019-02-31", "<script>x</script>"])
def test_draft_of_no_form_is_shown_as_it_is_and_offers_nothing(scene: Desk, day: str) -> None:
    name = stored(scene, act(scene, type="ProgressReported", body={"period": day, "x": [[{"y": None}]]}))
    answer = scene.http.get(f"/es/firmar/{name}")
    assert answer.status_code == 200
    assert "data-option" not in answer.text
    assert "<script>x" not in answer.text


def test_day_that_was_chosen_stays(scene: Desk) -> None:
    """Only a day that was left open becomes that of the signature."""
    chosen = act(scene, occurred_on="2019-01-02")
    [shown] = [scene.http.get(f"/api/v1/signing/es/drafts/{stored(scene, chosen)}").json()["basis"]["draft"]]
    page = scene.http.get(f"/es/firmar/{stored(scene, chosen)}").text
    assert shown["body"] == chosen["body"]
    assert "2 de enero de 2019" in page.partition('id="sheet"')[0]
