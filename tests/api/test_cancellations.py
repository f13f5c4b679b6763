"""Withdrawn documents and sealed data, as the interface, the pages and the command line treat them."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from tests.api.command_line import run_here
from tests.api.served import Desk
from tests.ledger.test_privacy import NAME, PAPER, PAPER_SHA256, Scene

from constancia.domain.values.sealing import commitment_of
from constancia.ledger.belongings.vault import Vault


class HttpDesk:
    """What `Scene` needs of a desk, over a served ledger."""

    def __init__(self, desk: Desk) -> None:
        self.ledger = desk.ledger
        self.world = desk.world
        self.clock = desk.clock
        self.folder = desk.ledger.folder.path

    def take(self, signed: Any) -> Any:
        outcome = self.ledger.append(signed.parsed)
        self.world.look(self.ledger.log)
        return outcome


@pytest.fixture
def scene(adopted: Desk) -> Scene:
    return Scene(HttpDesk(adopted))  # type: ignore[arg-type]  # the members that it uses


def run(home: Path, *arguments: str, lang: str = "es") -> CompletedProcess[str]:
    return run_here(arguments, env={"CONSTANCIA_LANG": lang}, cwd=home)


def test_withdrawn_document_is_gone_with_the_reason(adopted: Desk, scene: Scene) -> None:
    assert adopted.http.get(f"/documents/{PAPER_SHA256}").content == PAPER
    scene.block()
    index = adopted.ledger.size - 1
    for answer in (
        adopted.http.get(f"/documents/{PAPER_SHA256}"),
        adopted.http.post("/api/v1/documents", content=PAPER),
    ):
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (410, "E_WITHDRAWN")
        judged = problem["judged_against"]
        assert (judged["entry"], judged["status"], judged["reasons"]) == (index, "blocked", {"es": "Datos privados"})
    about = adopted.http.get(f"/api/v1/documents/{PAPER_SHA256}").json()
    assert (about["is_kept"], about["withdrawn"]["cancellation"]) == (False, "x-1")
    assert len(about["cited_by"]) >= 1


@pytest.mark.parametrize(("lang", "words"), [("es", "retirado"), ("en", "withdrawn")])
def test_pages_say_that_it_was_withdrawn_and_why(adopted: Desk, scene: Scene, lang: str, words: str) -> None:
    entry = adopted.ledger.log.index_of(scene.entry)
    paths = {
        "es": ("/es/cancelaciones", f"/es/registros/{entry}", "/es/compromisos/c1"),
        "en": ("/en/cancellations", f"/en/entries/{entry}", "/en/commitments/c1"),
    }[lang]
    assert [path for path in paths[1:] if words in adopted.http.get(path).text] == []
    scene.block()
    for path in paths:
        page = adopted.http.get(path)
        assert page.status_code == 200
        assert words in page.text, path
        assert f"/documents/{PAPER_SHA256}" not in page.text
    assert "Datos privados" in adopted.http.get(paths[0]).text


def test_list_says_what_was_decided_and_what_is_overdue(adopted: Desk, scene: Scene) -> None:
    [row] = adopted.http.get("/api/v1/cancellations").json()["items"]
    assert (row["status"], row["withdrawn"], row["documents"]) == ("requested", False, [PAPER_SHA256])
    scene.block()
    row = adopted.http.get("/api/v1/cancellations/x-1").json()["item"]
    assert (row["status"], row["withdrawn"], row["outcomes"][0]["to"]) == ("blocked", True, "blocked")
    assert NAME not in json.dumps(row, ensure_ascii=False)


def test_vault_by_the_command_line(adopted: Desk, scene: Scene, tmp_path: Path) -> None:
    folder = str(scene.desk.folder)
    (tmp_path / "name.txt").write_text("Persona Z\n")
    put = run(tmp_path, "vault", "put", "--dir", folder, "--field", "name", "--party", "nosc", "--file", "name.txt")
    assert put.returncode == 0, put.stderr
    sealed = json.loads(put.stdout)
    assert set(sealed) == {"by", "commitment", "field"}
    shown = json.loads(run(tmp_path, "vault", "show", sealed["commitment"], "--dir", folder).stdout)
    assert shown["value"] == "Persona Z"
    assert commitment_of(bytes.fromhex(shown["salt"]), "Persona Z") == sealed["commitment"]
    in_use = run(tmp_path, "vault", "destroy", "--dir", folder, "--unused", scene.sealed.commitment)
    assert in_use.returncode != 0
    assert run(tmp_path, "vault", "destroy", "--dir", folder, "--unused", sealed["commitment"]).returncode == 0
    assert Vault(scene.desk.ledger.folder.vault).commitments() == [scene.sealed.commitment]
    done = run(tmp_path, "vault", "destroy", "--dir", folder)
    assert "0 datos sellados" in done.stdout


def test_blocked_datum_is_opened_only_on_purpose(adopted: Desk, scene: Scene, tmp_path: Path) -> None:
    officers, folder = scene.officers, str(scene.desk.folder)
    item = {"commitment": scene.sealed.commitment, "entry": scene.request}
    request = {"cancellation": "x-2", "items": [item], "received_on": "2019-03-01", "request": f"sha256:{'0' * 64}"}
    scene.desk.take(officers.by("nosc", "CancellationRequested", "cancellation/x-2", request))
    words = {name: {"es": name} for name in ("legal_basis", "reasons", "remedy")}
    decision = {"cancellation": "x-2", "documents": [], "to": "blocked", "until": "2019-03-05", **words}
    assert run(tmp_path, "vault", "show", scene.sealed.commitment, "--dir", folder).returncode == 0
    scene.desk.take(officers.by("nosc", "CancellationDecided", "cancellation/x-2", decision))
    refused = run(tmp_path, "vault", "show", scene.sealed.commitment, "--dir", folder)
    assert refused.returncode != 0
    assert NAME not in refused.stdout + refused.stderr
    assert NAME in run(tmp_path, "vault", "show", scene.sealed.commitment, "--dir", folder, "--blocked").stdout
