"""What is said of a draft that has expired."""

from typing import Final

from fastapi import Response

from constancia.api.pages.frame import Frame
from constancia.api.signing.drafts import Expired

_GONE: Final = 410


def expired_page(frame: Frame, draft: Expired) -> Response:
    """Give the page of a draft that has expired: since when, that nothing was signed, what to do; status 410."""
    answer = frame.page("draft_expired.html", expired_at=draft.expires_at)
    answer.status_code = _GONE
    answer.headers["Cache-Control"] = "no-store"
    return answer
