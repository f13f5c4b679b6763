"""People in words: who signs, in which post and capacity, for which party."""

from collections.abc import Mapping

from constancia.api.text.i18n import in_language, tr
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.sentences import party_name
from constancia.domain.state import State


def signer_words(actor: Mapping[str, str], state: State, lang: str) -> str:
    """Give who signed, such as "Persona E (directora, suplente), por NOSC".

    Args:
        actor: The statement's actor.
        state: A state that knows the appointment; the ids are shown of one that it does not know.
        lang: `es` or `en`.

    Returns:
        Words in that language; the party alone where its root, or all founders, signed.
    """
    party = in_language(party_name(actor["party"], state), lang, state.languages) if "party" in actor else ""
    appointment = state.aggregates.get(f"appointment/{actor.get('appointment')}")
    if isinstance(appointment, Appointment):
        post = in_language(appointment.post, lang, state.languages)
        capacity = _capacity(appointment.capacity, state, lang)
        return tr(lang, "cli.signer", name=appointment.name, post=post, capacity=capacity, party=party)
    if "person" in actor:
        capacity = _capacity(actor["capacity"], state, lang)
        return tr(lang, "cli.signer_unknown", person=actor["person"], capacity=capacity, party=party)
    return tr(lang, "cli.signer_root", party=party) if party else tr(lang, "cli.signer_founders")


def _capacity(name: str, state: State, lang: str) -> str:
    genesis = state.aggregates.get("ledger")
    named = genesis.name_of(name) if isinstance(genesis, LedgerState) else None
    word = tr(lang, f"word.{name}")
    return in_language(named, lang, state.languages) if named else (name if word == f"word.{name}" else word)
