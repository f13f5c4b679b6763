"""A command in a terminal of its own, at which a person types: a real process on a pseudo-terminal."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

from tests.warm import WARM

# In a session of its own, whose terminal is that of the process's streams.
RUN = f"""{WARM}import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.argv[0] = 'constancia'
from constancia.api.cli import main
main()
"""
WAIT_S = 60.0
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class TypedTerminal:
    """One command. What was on the screen is read once: `expect` goes on where the last one ended.

    Args:
        arguments: What is typed behind `constancia`.
        folder: The current folder.
        env: The environment.
    """

    def __init__(self, arguments: list[str], folder: Path, env: Mapping[str, str]) -> None:
        self.screen = ""
        self._read = 0
        leader, follower = pty.openpty()
        self._leader = leader
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, *arguments], cwd=folder, env=dict(env), close_fds=True,
            stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        )  # fmt: skip
        os.close(follower)

    def expect(self, text: str, wait_s: float = WAIT_S) -> None:
        """Wait until a text is on the screen, after what was expected before."""
        until = time.monotonic() + wait_s
        while (at := self.screen.find(text, self._read)) < 0:
            if not self._more(until):
                raise AssertionError(f"never on the screen: {text!r}\n{self.screen}")
        self._read = at + len(text)

    def type(self, line: str) -> None:
        """Type a line and Enter."""
        os.write(self._leader, f"{line}\n".encode())

    def type_secret(self, line: str) -> None:
        """Type a line that is not shown, once the terminal has stopped to show what is typed."""
        until = time.monotonic() + WAIT_S
        while termios.tcgetattr(self._leader)[3] & termios.ECHO:
            if time.monotonic() > until:
                raise AssertionError(f"what is typed would be shown\n{self.screen}")
            time.sleep(0.01)
        self.type(line)

    def interrupt(self) -> None:
        """Type Ctrl-C."""
        os.write(self._leader, b"\x03")

    def ends(self, wait_s: float = WAIT_S) -> int:
        """Wait for the end; give the exit code."""
        until = time.monotonic() + wait_s
        while self._more(until):
            pass
        code = self.process.wait(max(0.1, until - time.monotonic()))
        self.close()
        return code

    def stop(self) -> None:
        """Ask the command to end, as by Ctrl-C, without waiting for it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """End the command, if it still runs, as by Ctrl-C."""
        if self.process.poll() is None:
            self.stop()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._leader >= 0:
            os.close(self._leader)
            self._leader = -1

    def _more(self, until: float) -> bool:
        """Read what comes next; False at the end, or when the time is over."""
        left = until - time.monotonic()
        if left <= 0 or not select.select([self._leader], [], [], left)[0]:
            return False
        try:
            data = os.read(self._leader, 65_536)
        except OSError:  # the other end is closed
            return False
        self.screen += _ESCAPES.sub("", data.decode("utf-8", "replace")).replace("\r\n", "\n")
        return bool(data)
