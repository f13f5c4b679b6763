"""The log's keys as the ledger's own folder lists them: in its policy, and the former ones."""

from pathlib import Path

from constancia.ledger.append.head import Head
from constancia.ledger.append.recovery import key_of_genesis
from constancia.ledger.errors import Fatal, LedgerError
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.log_signer import LogSigner
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.note import VerifierKey
from constancia.verify.core.formats.policy import Policy
from constancia.verify.trust.trust_folder import read_policy


def check_signer(head: Head, signer: LogSigner | None, policy: Policy | None) -> None:
    """Check that verifiers accept what is going to be signed.

    The ledger's own policy lists each key, or there is none and the genesis names it; and with the genesis's key goes
    the ML-DSA-44 key that it names, without which checkpoints would be rejected.

    Args:
        head: The log, with its genesis; nothing is checked before there is one.
        signer: What signs checkpoints; None where the ledger is only read.
        policy: The policy of the ledger's own trust folder; None where there is none.

    Raises:
        Fatal: Neither genesis nor policy names a key of the signer.
        LedgerError: The policy lacks a key of the signer, or the signer lacks the ML-DSA-44 key of the genesis; or a
            change of the key was cut short.
    """
    genesis, named = head.genesis, key_of_genesis(head)
    if signer is None or genesis is None or named is None:
        return
    listed = () if policy is None else policy.signers_of(signer.origin)
    if len(signer.verifiers) > 1:
        check_listed(signer, policy)
    if not {named, *listed}.issuperset(signer.verifiers):
        raise Fatal("the genesis names another log key than the one given", where="entry 0")
    check_listed(signer, policy)
    cosigner = genesis.statement["body"].get("log_cosigner")
    if named in signer.verifiers and cosigner is not None and cosigner not in signer.cosigner_vkeys:
        raise LedgerError("the genesis names an ML-DSA-44 key of the log that the log's key file does not hold")


def check_listed(signer: LogSigner, policy: Policy | None) -> None:
    """Check that a policy, where there is one, lists each key that signs checkpoints.

    Raises:
        LedgerError: It lacks one.
    """
    if policy is not None and not set(policy.signers_of(signer.origin)).issuperset(signer.verifiers):
        if len(signer.verifiers) > 1:  # `rotate` ended between the key's file and the policy
            raise LedgerError(
                "a change of the log's key was cut short, and trust/policy does not list each key in keys/: repeat the "
                "same `constancia rotate` command, which goes on from there"
            )
        raise LedgerError(
            "the trust folder's policy names another key for this log than the one that it is run with: put keys/ and "
            "trust/ of the same day in place, the latest ones"
        )


def listed_keys(folder: Path, origin: str) -> tuple[VerifierKey, ...]:
    """Give the log's keys besides the one that the genesis names: of the ledger's own policy, and the former ones.

    Raises:
        LedgerError: The policy, or the list of former keys, can't be read.
    """
    policy, places = policy_in(folder), LedgerFolder(folder)
    try:
        former = places.former_log_keys()
    except (Malformed, Unreadable) as error:
        raise LedgerError(f"{places.former} can't be read: {error}") from error
    return (*(policy.signers_of(origin) if policy is not None else ()), *former)


def policy_in(folder: Path) -> Policy | None:
    """Give the policy of a ledger's own trust folder; None where there is none.

    Raises:
        LedgerError: It can't be read.
    """
    place = LedgerFolder(folder).policy
    try:
        return read_policy(place)
    except FileNotFoundError:
        return None
    except (Malformed, Unreadable, OSError) as error:
        raise LedgerError(f"{place} can't be read: {error}") from error
