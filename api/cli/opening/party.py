"""A party's part: present itself, sign the genesis. Its keys are made in its folder and never leave it.

The folder: `opening.json` as received, `root.pem` and `representative.pem` (encrypted), `witness.*` (its witness: keys,
passphrase, memory), `<party>.party.json` and `<party>.signed.json`, which are sent, `genesis.json` as
received, `trust/` (what this party verifies by), `receipts/`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from constancia.api.cli.opening.answers import Answers, OpeningQuestion, address, ask_all, identifier_of, review
from constancia.api.cli.opening.host import (
    GENESIS,
    INVITATION,
    groups,
    parse_signed_file,
    read_kept_invitation,
    say_invitation,
    short_name,
    signer_of,
)
from constancia.api.cli.opening.plan import read_plan
from constancia.api.cli.prompts import agree, choose, is_terminal
from constancia.api.cli.terminal import fail, language, message, passphrase, say, unlock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from constancia.ledger.keys.key_file import PrivateKey
    from constancia.ledger.opening.genesis_file import Opening
    from constancia.ledger.opening.invitation import Invitation
    from constancia.ledger.opening.party_file import PartyFile

PARTY: Final = "party"
ROOT: Final = "root.pem"
REPRESENTATIVE: Final = "representative.pem"
WITNESS: Final = "witness.pem"
WITNESS_SECRET: Final = "witness.passphrase"  # noqa: S105 - a file's name
WITNESS_STORE: Final = "witness.sqlite"
TRUST: Final = "trust"
_CAPACITY: Final = "representative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the command line says besides the files.

    Attributes:
        answers: TOML file with the answers, instead of questions.
        passphrase_file: File with the passphrase of the keys; None asks.
        representative_key: An existing key of the representative, such as an e.firma's; None makes one.
        certificate: The certificate of an e.firma.
        yes: Whether nothing is asked before a signature.
    """

    answers: Path | None
    passphrase_file: Path | None
    representative_key: Path | None
    certificate: Path | None
    yes: bool


def is_party_folder(folder: Path) -> bool:
    """Tell whether a folder is a party's."""
    return PARTY in Answers(folder)


def join(folder: Path, invitation_file: Path, choices: Choices) -> None:
    """Begin a party's part with the invitation that it received."""
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.opening.exchange_file import MAX_BYTES
    from constancia.ledger.opening.invitation import read_invitation
    from constancia.verify.sources.files import read_named

    raw = read_named(invitation_file, MAX_BYTES)
    invitation = read_invitation(raw)
    if (folder / INVITATION).exists() and read_kept_invitation(folder).digest != invitation.digest:
        raise fail(message("opening.other_opening", path=invitation_file, folder=folder))
    plan = {} if choices.answers is None else read_plan(choices.answers)
    party = _which(folder, invitation, plan)
    folder.mkdir(parents=True, exist_ok=True)
    Answers(folder).put(PARTY, party)
    write_file(folder / INVITATION, raw)
    say_invitation(invitation)
    present(folder, choices)


def _which(folder: Path, invitation: "Invitation", plan: dict[str, Any]) -> str:
    """Find which party a folder is for: by the answers, by the folder's name, or by asking."""
    names = [str(item.party) for item in invitation.parties]
    party = str(plan.get(PARTY) or (Answers(folder)[PARTY] if PARTY in Answers(folder) else folder.absolute().name))
    if party in names:
        return party
    if not is_terminal():
        raise fail(message("opening.which_party", folder=folder, parties=", ".join(names)))
    return choose(message("opening.q_party"), [(name, short_name(invitation, name)) for name in names])


def present(folder: Path, choices: Choices) -> None:
    """Ask who represents the party and where its witness is, make the keys, and write the party's file."""
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.opening.party_file import party_file_of

    invitation, answers = read_kept_invitation(folder), Answers(folder)
    party = str(answers[PARTY])
    target = folder / f"{party}.party.json"
    if not target.exists():
        about = _answered(folder, invitation, choices)
        root = _key(folder / ROOT, "opening.secret_root", choices.passphrase_file)
        person, material = _representative_key(folder, about["name"], choices)
        members = {
            "opening": invitation.digest,
            "party": party,
            "representative": _representative(party, about, material),
            "root": root.material,
        }
        witness = _witness(folder, about["witness"])
        offered = party_file_of(members | ({} if witness is None else {"witness": witness}), invitation)
        write_file(target, offered.signed_with(root))
        say(message("opening.keys_made", root=groups(root.key_id), representative=groups(person), folder=folder))
    say(message("opening.send_party", path=target))
    say(message("opening.then_genesis", folder=folder, file=GENESIS))


def _answered(folder: Path, invitation: "Invitation", choices: Choices) -> dict[str, Any]:
    """Give name, post, capacity, scope and witness, from a file or from questions."""
    from constancia.domain.catalogue import acts_signed_by
    from constancia.domain.values.languages import member_of

    scope = sorted(acts_signed_by("rep") | acts_signed_by("root_or_rep"))
    lang = invitation.languages[0]
    if choices.answers is not None:
        plan = read_plan(choices.answers)
        about = plan.get("representative")
        if not isinstance(about, dict) or not {"name", "post"} <= about.keys():
            raise fail(message("opening.party_answers", path=choices.answers))
        post = about["post"] if isinstance(about["post"], dict) else {member_of(lang): about["post"]}
        return {"capacity": _CAPACITY, "scope": scope, "witness": plan.get("witness", "")} | about | {"post": post}
    if not is_terminal():
        raise fail(message("opening.no_terminal", folder=folder))
    answers, asked = Answers(folder), _questions(invitation)
    ask_all(asked, answers)
    review(asked, answers)
    about = {name: answers[name] for name in ("capacity", "name", "witness") if name in answers}
    post = {member_of(tag): answers[f"post_{tag}"] for tag in invitation.languages}
    return {"capacity": _CAPACITY, "scope": scope} | about | {"post": post}


def _questions(invitation: "Invitation") -> tuple[OpeningQuestion, ...]:
    """Give what is asked: the post in each authentic language, the capacity where the ledger has words of its own."""
    from constancia.api.text.i18n import in_language, language_name

    languages, listed = invitation.languages, invitation.capacities
    words = "opening.q_post" if len(languages) == 1 else "opening.q_post_in"
    names = {tag: language_name(tag, language()) for tag in languages}
    posts = [OpeningQuestion(name=f"post_{tag}", words=words, language=names[tag]) for tag in languages]
    capacities = {str(item.capacity): in_language(item.name, language(), languages) for item in listed or ()}
    choices = [
        OpeningQuestion(
            name="capacity",
            words="opening.q_capacity",
            language=", ".join(f"{name} ({meaning})" for name, meaning in capacities.items()),
            check=lambda answer: _capacity(answer, capacities),
        )
    ]
    return (
        OpeningQuestion(name="name", words="opening.q_person"),
        *posts,
        *(choices if listed is not None and _CAPACITY not in capacities else ()),
        OpeningQuestion(
            name="witness",
            words="opening.q_witness",
            default=lambda: "",
            check=lambda answer: address(answer) if answer else "",
        ),
    )


def _capacity(answer: str, listed: "Mapping[str, str]") -> str:
    if answer not in listed:
        raise ValueError(message("opening.capacity_form", listed=", ".join(listed)))
    return answer


def _representative(party: str, about: dict[str, Any], material: dict[str, str]) -> dict[str, Any]:
    name = identifier_of(str(about["name"])) or party
    ids = {"appointment": f"{party}-1", "key": material, "person": f"{name}.{party}"[:64]}
    return ids | {member: about[member] for member in ("capacity", "name", "post", "scope")}


def _key(path: Path, prompt: str, passphrase_file: Path | None, **names: object) -> "PrivateKey":
    """Give the key of a file, made now where there is none: what was cut short goes on with the same key."""
    from constancia.ledger.keys.key_file import generate, load, save

    if path.exists():
        return unlock(passphrase_file, "passphrase.of", lambda secret: load(path, secret), about=path)
    say(message(prompt, path=path, **names))
    key = generate()
    save(key, path, passphrase(passphrase_file, "passphrase.new", confirm=True))
    return key


def _representative_key(folder: Path, name: str, choices: Choices) -> tuple[str, dict[str, str]]:
    """Give id and public part of the representative's key: one that exists, checked as an e.firma, or a new one."""
    from constancia.api.cli.signatory.efirma import check_efirma
    from constancia.ledger.keys.key_file import load

    own = choices.representative_key
    if own is None:
        key = _key(folder / REPRESENTATIVE, "opening.secret_person", choices.passphrase_file, name=name)
        return key.key_id, key.material
    key = unlock(choices.passphrase_file, "passphrase.of", lambda secret: load(own, secret), about=own)
    if key.public.scheme == "rsa-pkcs1-sha256":
        check_efirma(key, choices.certificate or own.with_suffix(".cer"))
    Answers(folder).put("key", str(own.absolute()))
    return key.key_id, key.material


def _witness(folder: Path, url: str) -> dict[str, Any] | None:
    """Make the witness's keys, and its memory, which is made only once; None where the party runs none."""
    import secrets

    from constancia.ledger.disk.database import is_half_made
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.keys.note_keys import KEY_FILE_MODE, Cosigner, NoteKeys
    from constancia.ledger.witnesses.witness_memory import WitnessStore
    from constancia.verify.core.formats.note import format_vkey

    if not url:
        return None
    secret_file, key_file, store = folder / WITNESS_SECRET, folder / WITNESS, folder / WITNESS_STORE
    # A witness cosigns by itself, day and night: its passphrase is not typed, and its key signs for nobody.
    if not secret_file.exists():
        write_file(secret_file, secrets.token_hex(16).encode() + b"\n", mode=KEY_FILE_MODE)
    secret = secret_file.read_bytes().strip()
    if not key_file.exists():
        NoteKeys.generate().save(key_file, secret, url.partition("://")[2])
    cosigner = Cosigner.load(key_file, secret)
    if not store.exists() or is_half_made(store):  # never cosigned: the key was made just now, or nobody has it yet
        WitnessStore.create(store, cosigner.keys).close()
    return {"keys": [format_vkey(key) for key in cosigner.keys], "url": url}


def sign_genesis(folder: Path, genesis_file: Path, choices: Choices) -> None:
    """Check the genesis that the party received, show it, sign it with the root, and keep the policy."""
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.opening.exchange_file import MAX_BYTES
    from constancia.ledger.opening.genesis_file import read_genesis
    from constancia.ledger.signatory.draft import sign_statement
    from constancia.ledger.submission import signed_document
    from constancia.verify.sources.files import read_named

    raw = read_named(genesis_file, MAX_BYTES)
    opening, statement = read_genesis(raw)
    offered = _check_own(folder, opening, genesis_file)
    if (folder / GENESIS).exists():
        _opening, before = read_genesis(read_named(folder / GENESIS, MAX_BYTES))
        if before.raw != statement.raw:
            raise fail(message("opening.other_genesis", path=genesis_file, kept=folder / GENESIS))
    target = folder / f"{offered.party}.signed.json"
    if not target.exists():
        _show_genesis(opening, statement.raw)
        if not choices.yes:
            agree(message("opening.ask_genesis", party=short_name(opening.invitation, offered.party)))
        root = load_own_root(folder, choices)
        write_file(folder / TRUST / "policy", opening.policy.encode())
        write_file(folder / GENESIS, raw)
        write_file(target, signed_document(statement.raw, [sign_statement(statement.raw, root)]))
    signer_of(parse_signed_file(target.read_bytes()), opening, statement, target, genesis_file)
    say(message("opening.send_signed", path=target))
    if offered.witness is not None:
        say(message("opening.start_witness", folder=folder))


def has_signed(folder: Path) -> bool:
    """Tell whether the party has signed the genesis."""
    return (folder / f"{Answers(folder)[PARTY]}.signed.json").exists()


def load_own_root(folder: Path, choices: Choices) -> "PrivateKey":
    """Open the party's root."""
    from constancia.ledger.keys.key_file import load

    path = folder / ROOT
    return unlock(choices.passphrase_file, "passphrase.root", lambda secret: load(path, secret), about=path)


def load_own_representative(folder: Path, choices: Choices) -> "Callable[[], PrivateKey]":
    """Give what opens the representative's key."""
    from constancia.ledger.keys.key_file import load

    answers = Answers(folder)
    path = Path(answers["key"]) if "key" in answers else folder / REPRESENTATIVE
    return lambda: unlock(choices.passphrase_file, "passphrase.person", lambda secret: load(path, secret), about=path)


def read_own_file(folder: Path) -> "tuple[Invitation, PartyFile]":
    """Read the invitation and the party's own file."""
    from constancia.ledger.opening.party_file import MAX_PARTY_BYTES, read_party_file
    from constancia.verify.sources.files import read_named

    invitation, party = read_kept_invitation(folder), Answers(folder)[PARTY]
    return invitation, read_party_file(read_named(folder / f"{party}.party.json", MAX_PARTY_BYTES), invitation)


def _check_own(folder: Path, opening: "Opening", path: Path) -> "PartyFile":
    """Check that a genesis is of the invitation that the party accepted, and has the party as it presented itself."""
    invitation, offered = read_own_file(folder)
    if opening.invitation.digest != invitation.digest:
        raise fail(message("opening.other_opening", path=path, folder=folder))
    theirs = next(item for item in opening.files() if item.party == offered.party)
    if theirs != offered:
        raise fail(message("opening.not_as_sent", path=path, party=short_name(invitation, offered.party)))
    return offered


def _show_genesis(opening: "Opening", statement: bytes) -> None:
    """Print who founds the ledger with which roots, who represents them, the witnesses, and the fingerprint."""
    import hashlib

    from constancia.verify.core.formats.dsse import signed_bytes

    say_invitation(opening.invitation)
    for offered in opening.files():
        about = offered.representative
        say(
            message(
                "opening.founder",
                party=short_name(opening.invitation, offered.party),
                root=groups(offered.root.key_id),
                name=about.name,
                witness=offered.witness.url if offered.witness else "—",
            )
        )
    say(message("opening.genesis_fingerprint", fingerprint=groups(hashlib.sha256(signed_bytes(statement)).hexdigest())))
