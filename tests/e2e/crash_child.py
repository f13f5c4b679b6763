"""A ledger in a process of its own, which the crash test kills amid concurrent appends.

Reads a JSON line with its orders, then says on its standard output, one line each and unbuffered:
`ready`, then `<index> <leaf hash> <statement's sha256>` for every acknowledged statement, written
after its future was settled and never before.
"""

import hashlib
import itertools
import json
import os
import sys
import threading
import time
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from constancia.ledger.append.sequencer import tune_interpreter
from constancia.ledger.assembly import Options
from constancia.ledger.clock import SystemClock
from constancia.ledger.errors import Busy
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.submission import SignedStatement
from constancia.verify.core.formats.signatures import KeyId, Signature


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def client(ledger: Ledger, numbers: "itertools.count[int]", signed: list[list[str]]) -> None:
    while True:
        number = next(numbers)
        if number >= len(signed):
            return
        statement, key, sig = signed[number]
        raw = statement.encode()
        try:
            outcome = ledger.append(SignedStatement.read(raw, [Signature(key=KeyId(key), sig=bytes.fromhex(sig))]))
        except Busy:
            continue
        digest = hashlib.sha256(raw).hexdigest()
        say(f"{outcome.entry.index} {outcome.entry.leaf_hash.hex()} {digest}")


def publisher(ledger: Ledger) -> None:
    while True:
        ledger.publish()
        time.sleep(0.02)


def main() -> None:
    tune_interpreter()
    orders = json.loads(sys.stdin.readline())
    key = load_pem_private_key(orders["log_key"].encode(), None)
    ledger = Ledger.open(
        Path(orders["folder"]),
        clock=SystemClock(),
        signer=LogSigner(orders["origin"], key),  # type: ignore[arg-type]
        options=Options(follow=orders["follow"]),
    )
    say("ready")
    numbers = itertools.count()
    threads = [
        threading.Thread(target=client, args=(ledger, numbers, orders["signed"]), daemon=True)
        for _ in range(orders["clients"])
    ]
    if orders["publish"]:
        threading.Thread(target=publisher, args=(ledger,), daemon=True).start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say("done")
    sys.stdin.readline()


if __name__ == "__main__":
    main()
