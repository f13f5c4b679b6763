"""A party that has ended holds no seat and no post: its page and the list of parties say so."""

from tests.e2e.page_walk import Walk


def test_seats_and_posts_end_with_their_party(walked: Walk) -> None:
    page, other, listed = (walked.pages[path][1] for path in ("/es/partes/inai", "/es/partes/nosc", "/en/parties"))
    ended = "terminó con la parte"
    assert page.count(ended) > 4
    assert "integrante</li>" not in page
    assert ended not in other
    assert "integrante</li>" in other
    assert "ended with the party" in listed


def test_who_is_late_for_another_says_for_whom_and_how_it_is_contested(walked: Walk) -> None:
    """A ministry of 2025 took over what another missed in 2021: nobody reads that it was late before it was there."""
    for path, before, contest in (
        ("/es/vencidos", "Antes respondía por esto: SFP.", "¿No está de acuerdo?"),
        ("/en/overdue", "Before, this was answered for by: SFP.", "Do you disagree?"),
    ):
        page = walked.pages[path][1]
        assert before in page
        assert contest in page
    assert "Antes respondía por esto: SFP." in walked.pages["/es/"][1]


def test_what_was_met_late_says_by_whose_word(walked: Walk) -> None:
    page = walked.pages["/es/vencidos"][1]
    late = page[page.index("Se cumplió tarde") :]
    lines = [line for line in late.split("<li>")[1:] if "plazo:" in line]
    assert lines
    assert all("lo dice " in line for line in lines)


def test_list_of_complaints_says_who_filed_and_who_decided(walked: Walk) -> None:
    """An outcome is read together with who gave it."""
    for path, words in (
        ("/es/quejas", ("La recibió NOSC.", "La decidió INAI", "La decidió Academia")),
        ("/en/complaints", ("Decided by INAI", "Decided by Academia")),
    ):
        page = walked.pages[path][1]
        assert [each for each in words if each not in page] == []


def test_party_that_founded_nothing_says_who_registered_it(walked: Walk) -> None:
    assert "la registró INAI" in walked.pages["/es/partes/art19"][1]
    assert "la registró" not in walked.pages["/es/partes/nosc"][1]


def test_who_took_a_party_over_is_not_late_with_what_had_ended_before(walked: Walk) -> None:
    """A commitment that was withdrawn in 2021 is no duty of a ministry of 2025."""
    page = walked.pages["/es/compromisos/p4-2"][1]
    answered = page[page.index("Respondía cuando terminó el compromiso") :].partition("</dd>")[0]
    assert ("SFP" in answered, "Anticorrupción" in answered) == (True, False)
    assert "No se cumplió: llevaba 2 días de retraso cuando terminó el compromiso." in page
    assert [phrase for phrase in ("Responde ahora", "Vencido: lleva") if phrase in page] == []
    assert "Answered for it when the commitment ended" in walked.pages["/en/commitments/p4-2"][1]
    assert "Responde ahora" in walked.pages["/es/compromisos/p4-1"][1]
    closed = walked.pages["/es/compromisos/rm"][1]
    assert "si falla la condición" not in closed, "of a milestone that is done"
    late = walked.pages["/es/vencidos"][1].partition("Se cumplió tarde")[0]
    of_sfp = late[late.index(">SFP</a></h2>") :]
    assert "Datos abiertos de la demostración" in of_sfp


def test_what_passed_from_another_party_is_not_on_the_page_of_one_that_has_the_same_successor(walked: Walk) -> None:
    heirs = "Lo que debe hoy quien le sucede"
    assert heirs not in walked.pages["/es/partes/inai"][1]
    page = walked.pages["/es/partes/sfp"][1]
    owed = page[page.index(heirs) :].partition("<h2>Dónde")[0]
    assert "Intervención de comunicaciones privadas" in owed
    assert owed.count("no ha contestado la impugnación") == 2


def test_no_key_of_a_party_that_has_ended_is_in_use(walked: Walk) -> None:
    ended, other = (walked.pages[f"/es/partes/{party}"][1] for party in ("sfp", "nosc"))
    assert ["en uso" in ended, "en uso" in other] == [False, True]
