"""Children of a process are all of its own, those of a thread too, and nobody else's."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.process_tree import children_of

WAITING = [sys.executable, "-c", "input()"]


def test_children_are_those_of_every_thread_and_no_others() -> None:
    before = set(children_of(os.getpid()))
    with ThreadPoolExecutor(1) as other, subprocess.Popen(WAITING, stdin=subprocess.PIPE) as first:
        with other.submit(subprocess.Popen, WAITING, stdin=subprocess.PIPE).result() as second:
            assert set(children_of(os.getpid())) - before == {first.pid, second.pid}
            assert children_of(first.pid) == []
            second.communicate(b"\n")
        assert set(children_of(os.getpid())) - before == {first.pid}
        first.communicate(b"\n")
