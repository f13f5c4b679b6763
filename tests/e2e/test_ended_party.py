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
