"""The page of a draft: what is to be signed; or that the draft has expired, and what to do."""

from fastapi import APIRouter, Request, Response

from constancia.api.pages.frame import TheFrame
from constancia.api.pages.marked_text import marked_sentence
from constancia.api.signing.drafts import DraftStore, Expired
from constancia.domain.sentences import sentence_of
from constancia.ledger.errors import NotFound

router = APIRouter(include_in_schema=False)
_GONE = 410


def drafts_of(request: Request) -> DraftStore:
    """Give the application's drafts."""
    drafts: DraftStore = request.app.state.drafts
    return drafts


@router.get("/es/firmar/{name}")
@router.get("/en/sign/{name}")
def draft(name: str, frame: TheFrame) -> Response:
    """Show a draft."""
    prepared = drafts_of(frame.request).get(name)
    if prepared is None:
        raise NotFound("there is no draft of that id; it may have expired long ago")
    if isinstance(prepared, Expired):
        answer = frame.page("draft_expired.html", expired_at=prepared.expires_at)
        answer.status_code = _GONE
    else:
        sentence = marked_sentence(sentence_of(dict(prepared.prepared), frame.state), frame.lang, frame.page_of)
        answer = frame.page("draft.html", draft=prepared, sentence=sentence)
    answer.headers["Cache-Control"] = "no-store"
    return answer
