"""The model of a decision's path: from its proposal to its application; what happened at each step, what is missing."""

from constancia.api.pages.figures.source import PictureSource, is_certain
from constancia.api.pictures.decision_path import Path, PathStep, StepState
from constancia.api.text.dates import date_words
from constancia.ledger.views.projections.base import Row

_FAILED = ("rejected", "lapsed")
_PAGE = 1_000


def path_of(source: PictureSource, decision: Row) -> Path:
    """Give the path of a decision.

    Args:
        source: What the page is as of.
        decision: Its row.
    """
    proposed = decision["proposed"]
    first = PathStep(
        kind="proposed",
        state="done",
        on=proposed["occurred_on"],
        words=(source.say("page.pic_d_by", party=source.party(proposed["party"])),),
    )
    applied = _applied_index(source, decision)
    steps = (first, _voting(source, decision), _outcome(source, decision), _signing(source, decision))
    return Path(steps=(*steps, _application(source, decision, applied)), is_certain=is_certain(decision))


def _voting(source: PictureSource, decision: Row) -> PathStep:
    cast = {vote["party"]: vote for vote in decision["standing_votes"]}
    words = []
    for choice, name in (
        ("for", "page.pic_v_for"), ("against", "page.pic_v_against"), ("abstain", "page.pic_v_abstained"),
    ):  # fmt: skip
        who = [party for party in decision["voters"] if party in cast and cast[party]["choice"] == choice]
        words += [source.say(name, parties=", ".join(source.parties(who)))] if who else []
    is_open = decision["status"] in ("proposed", "voting")
    gone = source.gone_from(decision)
    waiting = [party for party in decision["voters"] if party not in cast and party not in gone]
    if waiting:
        name = "page.pic_d_waits" if is_open else "page.pic_v_absent"
        words.append(source.say(name, parties=", ".join(source.parties(waiting))))
    if is_open and decision.get("closes"):
        words.append(source.say("page.pic_d_closes", on=date_words(decision["closes"], source.lang)))
    state: StepState = "now" if is_open else "failed" if decision["status"] == "lapsed" else "done"
    dates = [vote["mark"] for vote in cast.values()]
    last = max(dates, key=lambda mark: mark["index"])["occurred_on"] if dates else None
    return PathStep(kind="votes", state=state, on=last, words=tuple(words))


def _outcome(source: PictureSource, decision: Row) -> PathStep:
    status = decision["status"]
    if status in ("proposed", "voting"):
        return PathStep(kind="outcome", state="ahead")
    words = [source.word(status) if status in _FAILED else source.say("page.pic_d_adopted")]
    if status in _FAILED and decision["outcome_index"] is None and decision.get("closes"):
        words.append(source.say("page.pic_d_closed", on=date_words(decision["closes"], source.lang)))
    if decision["dissents"]:
        who = dict.fromkeys(dissent["mark"]["party"] for dissent in decision["dissents"])
        words.append(source.say("page.pic_d_dissent", parties=", ".join(source.parties(who))))
    state: StepState = "never" if status == "lapsed" else "failed" if status == "rejected" else "done"
    return PathStep(kind="outcome", state=state, on=decision.get("outcome_on"), words=tuple(words))


def _signing(source: PictureSource, decision: Row) -> PathStep:
    status = decision["status"]
    if status in ("proposed", "voting", *_FAILED):
        return PathStep(kind="signatures", state="never" if status in _FAILED else "ahead")
    words = []
    if decision["signed_by"]:
        words.append(source.say("page.pic_d_signed_by", parties=", ".join(source.parties(decision["signed_by"]))))
    gone = source.gone_from(decision)
    missing = [party for party in decision["must_sign"] if party not in decision["signed_by"] and party not in gone]
    if gone:
        words.append(source.say("page.d_gone", parties=", ".join(source.parties(gone))))
    if missing:
        name = "page.d_signed_without" if status == "signed" else "page.pic_d_unsigned"
        words.append(source.say(name, parties=", ".join(source.parties(missing))))
    words += [
        source.say("page.pic_d_disowned", party=source.party(mark["party"]))
        for mark in decision["signatures"]
        if source.is_disowned(mark)
    ]
    signatures = [*decision["signatures"], *([decision["completed"]] if "completed" in decision else [])]
    last = max(signatures, key=lambda mark: mark["index"], default=None)
    on = last["occurred_on"] if last is not None else None
    return PathStep(kind="signatures", state="done" if status == "signed" else "now", on=on, words=tuple(words))


def _application(source: PictureSource, decision: Row, applied: int | None) -> PathStep:
    status = decision["status"]
    if applied is not None:
        on = source.statement(applied)["occurred_on"]
        return PathStep(kind="applied", state="done", on=on, words=(source.say("page.pic_d_recorded", index=applied),))
    if status == "signed":
        return PathStep(kind="applied", state="now", words=(source.say("page.pic_d_to_record"),))
    return PathStep(kind="applied", state="never" if status in _FAILED else "ahead")


def _applied_index(source: PictureSource, decision: Row) -> int | None:
    """Give the entry by which what was decided was recorded; None where it was not by the page's size and day."""
    if decision["enacted"] is not None:
        return int(decision["enacted"]["index"])
    if decision["status"] != "signed":
        return None
    # Acts that change another aggregate than those with a memory of their decision: the entry itself names it.
    views, stream = source.ledger.views, decision["act"]["stream"]
    views.wait(source.reading.size)
    for _key, row in views.rows("timeline", prefix=f"{stream}#", limit=_PAGE):
        if source.reading.has(row["index"]) and row["index"] > decision["proposed"]["index"]:
            statement = source.statement(row["index"])
            if (statement["type"], statement["body"].get("decision")) == (
                decision["act"]["type"],
                decision["decision"],
            ):
                return int(row["index"])
    return None
