"""Example rows of gatherings, of who was heard, and of answers, for the description of the interface."""

from typing import Any, Final

from constancia.api.http.examples.records import MARK

GATHERING: Final[dict[str, Any]] = {
    "about": {"commitment": "rm", "deliverable": "d1.1"},
    "claimed_on": None,
    "concurring": [],
    "contributions": [],
    "convenings": [
        {
            "agenda": [{"es": "Bienvenida"}],
            "mark": MARK,
            "open_to": {"en": "Everybody", "es": "Todo público"},
            "title": {"es": "Foro público"},
            "window": "2019-03-26",
        }
    ],
    "due": "2019-03-27T06:00:00Z",
    "ended_on": "2019-03-26",
    "gathering": "forum-1",
    "holding": {"attendance": 180, "mark": MARK, "window": "2019-03-26"},
    "kind": "forum",
    "stands": "held",
    "status": "held",
    "stream": "gathering/forum-1",
    "title": {"es": "Foro público"},
    "version": 2,
    "window": "2019-03-26",
}

PARTICIPATION: Final[dict[str, Any]] = {
    "by_kind": {"academia": 5, "citizen": 2},
    "contributions": [
        {"consent": "count_only", "contribution": "k1", "contributor": "citizen", "count": 1, "is_late": False}
    ],
    "counted_by_organizer": [],
    "due": None,
    "is_overdue": False,
    "is_owed": True,
    "kind": "consultation",
    "responses": [],
    "stream": "gathering/consultation-1",
    "title": {"es": "Consulta sobre las recomendaciones"},
    "unanswered": ["k1"],
    "window": "2019-04-01/2019-05-10",
}

RESPONSE: Final[dict[str, Any]] = {
    "concurring": [],
    "gathering": "consultation-1",
    "mark": MARK,
    "response": "rr-1",
    "status": "published",
    "stream": "response/rr-1",
    "subject": "gathering/consultation-1",
    "subject_title": {"es": "Consulta sobre las recomendaciones"},
    "themes": [
        {
            "contributions": ["k1"],
            "outcome": "partly",
            "reasons": {"es": "El plazo no alcanza para todo"},
            "theme": "t1",
            "title": {"es": "Control judicial"},
        }
    ],
    "version": 1,
}
