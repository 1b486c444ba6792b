"""Appends messages to an mbox as a mail server of Debian does: fcntl, then a dot-lock, one message each time.

Arguments: the file, how many messages. Each says in X-Sum what its body hashes to.
"""
import fcntl
import hashlib
import os
import sys
import time


def lock_beside(path):
    while True:
        try:
            os.close(os.open(f"{path}.lock", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            return
        except FileExistsError:
            time.sleep(0.002)


def append(path, number):
    body = f"message {number} of the other program\nFROM here on\n" * (1 + number % 40)
    digest = hashlib.sha256(body.encode()).hexdigest()
    message = f"From other@server2.com Sat Nov 21 09:05:07 2026\nSubject: other {number}\nX-Sum: {digest}\n\n{body}\n"
    with open(path, "ab") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        lock_beside(path)
        try:
            file.write(message.encode())
            file.flush()
        finally:
            os.unlink(f"{path}.lock")


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    for number in range(count):
        append(path, number)


main()
