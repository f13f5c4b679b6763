"""`constancia invite`: the text by which a party invites a person to make a passkey, to be sent by its own mail."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from constancia.api.cli.terminal import fail, guarded, language, message, say

_SEGMENTS: Final = {"es": ("llaves", "pendientes"), "en": ("keys", "pending")}
_MOST_NAMED: Final = 20


@guarded
def command(
    appointment: Annotated[
        str, typer.Argument(help="Nombramiento de la persona, p. ej. ap-a-sfp. / The person's appointment.")
    ],
    ledger: Annotated[str, typer.Option("--from", help="Dirección http(s) del libro. / The ledger's address.")],
) -> None:
    """Escribe la invitación para hacer una llave. / Write the invitation to make a passkey.

    El nombramiento ya está en el libro. La liga no es un secreto: la llave vale cuando la raíz la avala, después de
    comparar la huella por teléfono. / The appointment is in the ledger. The link is no secret: the passkey counts once
    the root has endorsed it, after comparing the fingerprint by phone.

    Ejemplo / example: constancia invite ap-a-sfp --from https://libro.example
    """
    from constancia.api.client.remote_log import RemoteLog
    from constancia.api.text.i18n import in_language, tr

    lang = language()
    with RemoteLog(ledger) as log:
        parties = log.parties()
    party, made = _sought(parties, appointment, ledger)
    if made.get("status") != "appointed":
        status = tr(lang, f"word.{made.get('status')}")
        raise fail(message("invite.ended", appointment=appointment, name=str(made.get("name")), status=status))
    url = ledger.rstrip("/")
    keys, pending = _SEGMENTS[lang]
    name, capacity = str(made["name"]), tr(lang, f"word.{made['capacity']}")
    invitation = message(
        "invite.text",
        name=name,
        party=str(party.get("acronym") or in_language(party["legal_name"], lang)),
        post=in_language(made["post"], lang),
        capacity=str(made["capacity"]) if capacity.startswith("word.") else capacity,
        link=f"{url}/{lang}/{keys}/{appointment}",
        pending=f"{url}/{lang}/{pending}/{made['person']}",
    )
    say(invitation)
    active = [
        key for key in party.get("keys", []) if key.get("appointment") == appointment and key.get("status") == "active"
    ]
    if active:
        say(message("invite.has_key", name=name, count=len(active)), err=True)
    say("\n" + message("invite.next", url=url, party=str(party["party"]), appointment=appointment), err=True)


def _sought(
    parties: list[Mapping[str, Any]], appointment: str, url: str
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Give an appointment with its party.

    Raises:
        Exit: There is none of that name; a message says which there are.
    """
    known = [(party, made) for party in parties for made in party.get("appointments", [])]
    for party, made in known:
        if made.get("appointment") == appointment:
            return party, made
    names = [str(made.get("appointment")) for _party, made in known if made.get("status") == "appointed"]
    shown = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "") if names else "—"
    raise fail(message("invite.unknown", appointment=appointment, url=url, known=shown))
