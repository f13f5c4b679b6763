"""How busy the machine is: what is promised to who waits is promised on one that does nothing else."""

import time
from typing import Final

_WORK_S: Final = 0.05


def slowness() -> float:
    """Give how many times longer than on an idle machine work takes on this one now; at least once as long."""
    begun, used = time.monotonic(), time.thread_time()
    while time.thread_time() - used < _WORK_S:
        pass
    return max(1.0, (time.monotonic() - begun) / _WORK_S)
