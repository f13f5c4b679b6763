"""Preparing an act without writing it by hand: what one wants to do, who and about what, the questions, a draft.

- P1: a draft is made of an act that the ledger would take in now; otherwise the page says why not, and nothing is made.
- P2: nothing that was written is lost by an error, and a file's bytes go no further than its hash.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from constancia.api.forms.purposes import groups, name_in, type_of
from constancia.api.forms.view import View
from constancia.api.forms.words import FormWords
from constancia.api.http.deps import TheSettings
from constancia.api.http.request.form_body import FormBody, read_form
from constancia.api.http.request.query import Router
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.routing import TheFrame
from constancia.api.pages.preparation.act_form import Outcome, PreparedForm
from constancia.api.pages.preparation.beginning import ActRequest
from constancia.ledger.errors import NotFound
from constancia.ledger.views.as_of import MAX_SIZE

router = Router(include_in_schema=False)
_SEE_OTHER: Final = 303
_WRONG: Final = 422
# Under the site's own policy, `no-referrer`, a browser says of a form's origin only `null` (Fetch, "append a request
# Origin header"), and the form would be refused as another site's.
_PLAIN: Final = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


@dataclass(frozen=True, slots=True)
class FirstAnswers:
    """What the first page asks: who signs, about what, which act is decided; and an entry that is said once more."""

    who: str = Query(default="", max_length=80)
    about: str = Query(default="", max_length=300)
    decides: str = Query(default="", max_length=80)
    copied: int | None = Query(default=None, ge=0, le=MAX_SIZE)


class Drafts(Protocol):
    """Where prepared acts wait for their signature."""

    def put(self, statement: Mapping[str, Any] | bytes, lang: str) -> str:
        """Store one, and give its id."""


def drafts_of(request: Request) -> Drafts:
    """Give the application's drafts."""
    drafts: Drafts = request.app.state.drafts
    return drafts


@router.get("/es/preparar")
@router.get("/en/prepare")
def purposes(frame: TheFrame) -> Response:
    """Show what can be prepared, by what one wants to do."""
    words = FormWords(frame.lang, frame.state.languages)
    listed = [
        (f"form.group_{group}", [(name_in(name, frame.lang), words.act(name)) for name in names])
        for group, names in groups(frame.ledger.state().edition).items()
    ]
    return _plain(frame.page("prepare.html", groups=listed))


@router.get("/es/preparar/{what}")
@router.get("/en/prepare/{what}")
def begin(what: str, frame: TheFrame, chosen: Annotated[FirstAnswers, Depends()]) -> Response:
    """Ask who signs and about what; once that is known, the act's own questions."""
    asked = ActRequest(
        type=_type(what), who=chosen.who, about=chosen.about, decides=chosen.decides, copied=chosen.copied
    )
    form = PreparedForm(frame, asked)
    if not form.is_begun:
        return _plain(_first(frame, form, what))
    return _plain(_questions(frame, form, what, Outcome(answers=form.usual())))


@router.post("/es/preparar/{what}")
@router.post("/en/prepare/{what}")
async def answer(what: str, frame: TheFrame, settings: TheSettings) -> Response:
    """Take the answers: show more rows, or what a change of scope amounts to, or make the draft."""
    body = await read_form(frame.request, settings.max_document_bytes, settings.body_timeout_s)
    return await run_in_threadpool(_answered, frame, _type(what), what, body)


def _answered(frame: Frame, type_name: str, what: str, body: FormBody) -> Response:
    given = {name: (body.fields.get(f":{name}") or [""])[0] for name in ("who", "about", "decides")}
    form = PreparedForm(
        frame, ActRequest(type=type_name, who=given["who"], about=given["about"], decides=given["decides"])
    )
    if not form.is_begun:
        return _plain(_first(frame, form, what))
    outcome = form.answered(body)
    if outcome.members is None:
        return _plain(_questions(frame, form, what, outcome))
    draft = drafts_of(frame.request).put(outcome.members, frame.lang)
    ready_path = frame.to("preparar", "listo" if frame.lang == "es" else "ready", draft)
    return RedirectResponse(ready_path, _SEE_OTHER, headers=_PLAIN)


def _first(frame: Frame, form: PreparedForm, what: str) -> Response:
    """Show the first page of a form: which act is decided, who signs, about what."""
    answer = frame.page("prepare_first.html", what=what, form=form, first=form.first_questions())
    answer.status_code = _WRONG if form.first_problems else 200
    return answer


def _questions(frame: Frame, form: PreparedForm, what: str, outcome: Outcome) -> Response:
    words = form.words
    extra = [tag for tag in ("es", "en") if tag not in frame.state.languages]
    view = View(words, outcome.answers, outcome.faults, extra)
    shown = view.questions(form.form)
    answer = frame.page(
        "prepare_form.html",
        what=what,
        form=form,
        problems=view.problems(),
        refused=outcome.refusal,
        shown=shown,
        change=outcome.change,
        change_lines=form.change_lines(outcome),
        carried=form.carried_sentence(),
        occurred=(outcome.answers.get("occurred_on") or [""])[0],
        occurred_fault=next((words.fault(fault) for fault in outcome.faults if fault.path == "occurred_on"), ""),
        again=f"{frame.request.url.path}?{urlencode({'decides': form.asked.decides})}",
    )
    if outcome.faults or outcome.refusal:
        answer.status_code = _WRONG
    return answer


def _type(what: str) -> str:
    type_name = type_of(what)
    if type_name is None:
        raise NotFound("there is no act of that name to prepare")
    return type_name


def _plain(answer: Response) -> Response:
    answer.headers.update(_PLAIN)
    return answer
