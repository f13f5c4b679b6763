"""The log's key is replaced with real witnesses, and with a genesis that names its ML-DSA-44 key."""

import shutil

from tests.ledger.test_postquantum import PARTIES, PASSPHRASE, scene, witnessed
from tests.ledger.witness_scene import LONG_S, Scene
from tests.ledger.world import ORIGIN

from constancia.ledger.folder import LedgerFolder
from constancia.ledger.rotation import begin, finish
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.note import parse_note, parse_vkey
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust, read_policy

__all__ = ("scene",)


def reports(scene: Scene, trust: str) -> list[Report]:
    """What the store and the published log are, under a trust folder."""
    found = []
    for source in ("d", "d/log"):
        with open_source(str(scene.folder / source)) as opened:
            found.append(audit(opened, load_trust(scene.folder / trust)))
    return found


def verdicts(scene: Scene, trust: str) -> set[Verdict]:
    return {report.verdict for report in reports(scene, trust)}


def go_on(scene: Scene) -> list[int]:
    """Start with the keys in the folder, record an entry, let the witnesses cosign, publish, stop."""
    scene.signer = LedgerFolder(scene.folder / "d").load_log_key(ORIGIN, PASSPHRASE)
    desk = scene.open(create=False)
    desk.take(desk.world.commitment(f"c{desk.ledger.size}")[0]())
    assert desk.ledger.wait_cosigned(LONG_S)
    desk.ledger.publish()
    lines = parse_note((scene.folder / "d/log/checkpoint").read_bytes()).signatures
    desk.ledger.close()
    return [len(line.blob) for line in lines if line.name == ORIGIN]


def test_change_is_intact_at_every_step_and_the_witnesses_cosign_throughout(scene: Scene) -> None:
    desk = witnessed(scene, PARTIES)
    desk.ledger.close()
    places = LedgerFolder(desk.folder)
    scene.signer.save(places.log_key, PASSPHRASE)
    shutil.copytree(places.trust, scene.folder / "old")
    begin(desk.folder, PASSPHRASE)
    for name in ("both", "without ML-DSA", "new"):
        shutil.copytree(places.trust, scene.folder / name)
    policy = places.policy.read_text().splitlines(keepends=True)
    new = [line for line in policy if line.startswith("log ")][1:]
    short = [line for line in policy if line != new[1] and "log-mldsa44" not in line]
    (scene.folder / "without ML-DSA" / "policy").write_text("".join(short))
    (scene.folder / "new" / "policy").write_text("".join(line for line in policy if scene.signer.vkey not in line))

    assert go_on(scene) == [64, 64, 2_428, 2_428]
    for trust in ("old", "both", "without ML-DSA", "new"):
        assert verdicts(scene, trust) == {Verdict.INTACT}, trust

    listed = read_policy(places.policy).keys_of(ORIGIN)
    for one in scene.real:
        one.witness.logs = {ORIGIN: listed}
    finish(desk.folder, PASSPHRASE)
    assert go_on(scene) == [64, 2_428]
    for trust in ("both", "without ML-DSA", "new"):
        assert verdicts(scene, trust) == {Verdict.INTACT}, trust
    assert verdicts(scene, "old") == {Verdict.INCONCLUSIVE}
    for report in reports(scene, "old"):
        assert {one.code for one in report.open} == {"other-log-key", "no-quorum"}

    # The new key's other half is asked for by who pins it: who can forge Ed25519 one day can't leave it out.
    path = scene.folder / "d" / "log" / "checkpoint"
    key = parse_vkey(new[1].split()[1])
    lines = path.read_text().splitlines(keepends=True)
    signatures = parse_note(path.read_bytes()).signatures
    left = [line for line, sig in zip(lines[4:], signatures, strict=True) if not key.matches(sig)]
    path.write_text("".join([*lines[:4], *left]))
    [_, report] = reports(scene, "both")
    assert (report.verdict, report.faults[0].code) == (Verdict.ALTERED, "checkpoint")
