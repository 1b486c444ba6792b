"""Presses keys in a program that wants a terminal: argument 1 is a JSON list of [text awaited, keys], the rest the command.

Prints everything the program drew; fails with it when an awaited text does not come.
"""
import fcntl
import json
import os
import pty
import re
import select
import struct
import sys
import termios
import time

PATIENCE_SECONDS = 20
# A program that has drawn its prompt may not have begun to read keys.
SETTLE_SECONDS = 0.2
CONTROL = re.compile(rb"\x1b[\[\]()#][0-9;?]*[ -/]*[@-~]|\x1b[=>78]|[\x0e\x0f]")


def read_some(terminal, seconds):
    ready, _, _ = select.select([terminal], [], [], seconds)
    if not ready:
        return b""
    try:
        return os.read(terminal, 65536) or None
    except OSError:
        return None


def main():
    steps, command = json.loads(sys.argv[1]), sys.argv[2:]
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    drawn, seen = b"", 0
    for awaited, keys in steps:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while awaited.encode() not in CONTROL.sub(b"", drawn[seen:]):
            some = read_some(terminal, 0.2)
            if some is None or time.monotonic() > deadline:
                os.kill(child, 9)
                sys.exit(f"never saw {awaited!r} in {CONTROL.sub(b'', drawn)[-3000:].decode(errors='replace')}")
            drawn += some
        time.sleep(SETTLE_SECONDS)
        seen = len(drawn)
        os.write(terminal, keys.encode())
    while (some := read_some(terminal, PATIENCE_SECONDS)):
        drawn += some
    _, status = os.waitpid(child, 0)
    sys.stdout.buffer.write(CONTROL.sub(b"", drawn))
    sys.exit(os.waitstatus_to_exitcode(status))


main()
