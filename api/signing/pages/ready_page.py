"""The page of a draft that was just made: what it says, and a notice with link and QR code for who signs it."""

from fastapi import Response

from constancia.api.http.request.query import Router
from constancia.api.pages.frame.frame import Frame, segment
from constancia.api.pages.frame.marked_text import marked_sentence
from constancia.api.pages.frame.routing import TheFrame
from constancia.api.pages.preparation.act_form import PreparedForm
from constancia.api.pages.preparation.beginning import ActRequest
from constancia.api.signing.draft_words import expired_page
from constancia.api.signing.drafts import Draft, DraftStore, ExpiredDraft
from constancia.api.signing.pages.messages import messages
from constancia.api.signing.pages.pending_page import qr_code
from constancia.api.signing.relying_party import relying_party
from constancia.api.text.dates import moment_words
from constancia.api.text.i18n import say, tr
from constancia.domain.sentences import sentence_of
from constancia.ledger.errors import NotFound

router = Router(include_in_schema=False)


@router.get("/es/preparar/listo/{name}")
@router.get("/en/prepare/ready/{name}")
def ready(name: str, frame: TheFrame) -> Response:
    """Show a draft that was made: its sentence, and the link that the signatory opens where passkeys work."""
    drafts: DraftStore = frame.request.app.state.drafts
    stored = drafts.get(name)
    if stored is None:
        raise NotFound("there is no draft of that id; it may have expired long ago")
    if isinstance(stored, ExpiredDraft):
        return expired_page(frame, stored)
    address = f"{relying_party(frame.request).address}/{frame.lang}/{segment(frame.lang, 'firmar')}/{name}"
    prepared = dict(stored.prepared)
    form = PreparedForm(frame, ActRequest(type=str(prepared["type"])))
    answer = frame.page(
        "prepare_ready.html",
        sentence=marked_sentence(sentence_of(prepared, frame.state), frame.lang, frame.page_of),
        address=address,
        until=stored.expires_at,
        signer=form.signer_name(prepared["actor"]),
        documents=form.documents(prepared["body"]),
        notice=_notice(frame, stored, form.signer_name(prepared["actor"]), address),
        qr=qr_code(address, tr(frame.lang, "page.prepare_qr")),
        words=messages(frame.lang),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _notice(frame: Frame, draft: Draft, signer: str, address: str) -> str:
    """Give a text to send by one's own mail."""
    lang = frame.lang
    until = tr(lang, "page.sign_draft_until", when=moment_words(draft.expires_at, lang, frame.state.timezone))
    listed = (
        tr(lang, "page.notice_to", name=signer),
        "",
        f"- {say(sentence_of(dict(draft.prepared), frame.state), lang)}",
        f"  {address}",
        "",
        until,
        tr(lang, "page.notice_how"),
    )
    return "\n".join(listed)
