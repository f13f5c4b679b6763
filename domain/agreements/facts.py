"""What follows about agreements: in force, amended, lapsed, terminated."""

from collections.abc import Iterator
from datetime import datetime

from constancia.domain.agreements.agreement import Agreement, AgreementVersion, Termination, in_force_on
from constancia.domain.kernel.context import StateView
from constancia.domain.kernel.fact import DerivedFact
from constancia.domain.values.calendar import deadline, format_instant


def agreement_facts(state: StateView, at: datetime) -> Iterator[DerivedFact]:
    """Give the derived facts about all agreements at an instant.

    Args:
        state: The state at some size.
        at: The instant, with its zone.

    Yields:
        AgreementEnteredIntoForce for each version that did, AgreementAmended for each later one of them,
        AgreementLapsed, AgreementTerminated.
    """
    for agreement in state.of(Agreement):
        former: AgreementVersion | None = None
        for version in agreement.versions:
            if version.in_force_index is not None:
                yield from _entered(state, agreement, version, former)
                former = version
            elif version is agreement.current:
                yield from _lapsed(state, agreement, version, at)
        if agreement.terminated is not None:
            yield _terminated(agreement, agreement.terminated)


def _params(version: AgreementVersion) -> dict[str, object]:
    return {"version": version.version, "docset": version.docset_digest}


def _entered(
    state: StateView, agreement: Agreement, version: AgreementVersion, former: AgreementVersion | None
) -> Iterator[DerivedFact]:
    # In force on the day of the last signature in time, not of its recording.
    since, known = in_force_on(state, version), version.in_force_index
    yield DerivedFact(
        kind="AgreementEnteredIntoForce",
        stream=agreement.stream,
        since=since,
        known_index=known,
        params=_params(version),
    )
    if former is not None:
        amended = {**_params(version), "former": former.version}
        yield DerivedFact(
            kind="AgreementAmended", stream=agreement.stream, since=since, known_index=known, params=amended
        )


def _lapsed(state: StateView, agreement: Agreement, version: AgreementVersion, at: datetime) -> Iterator[DerivedFact]:
    failed = [precedent for precedent in version.precedents or () if precedent.outcome == "failed"]
    if failed and failed[0].settled is not None:
        mark = failed[0].settled
        yield DerivedFact(
            kind="AgreementLapsed",
            stream=agreement.stream,
            since=mark.recorded_at,
            known_index=mark.index,
            params=_params(version) | {"condition": failed[0].condition},
        )
        return
    # One that all have signed waits for its conditions, not for a signature.
    due = deadline(version.window, state.timezone) if version.window and version.missing else None
    if due is not None and due <= at:
        yield DerivedFact(
            kind="AgreementLapsed", stream=agreement.stream, since=format_instant(due), params=_params(version)
        )


def _terminated(agreement: Agreement, ended: Termination) -> DerivedFact:
    params: dict[str, object] = {"reason": "agreed" if ended.by else "parties_left"}
    if ended.by is not None:
        params["by"] = ended.by
    if ended.without is not None:
        params["without"] = list(ended.without)
    return DerivedFact(
        kind="AgreementTerminated",
        stream=agreement.stream,
        since=ended.since,
        known_index=ended.mark.index,
        params=params,
    )
