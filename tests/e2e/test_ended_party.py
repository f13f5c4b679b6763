"""A party that has ended holds no seat and no post: its page and the list of parties say so."""

import httpx


def test_seats_and_posts_end_with_their_party(served_demo: str) -> None:
    with httpx.Client(base_url=served_demo) as client:
        page, other, listed = (client.get(path).text for path in ("/es/partes/inai", "/es/partes/nosc", "/en/parties"))
    ended = "terminó con la parte"
    assert page.count(ended) > 4
    assert "integrante</li>" not in page
    assert ended not in other
    assert "integrante</li>" in other
    assert "ended with the party" in listed
