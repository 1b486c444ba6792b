"""Reads an mbox with Python's own library and prints, as JSON, how many messages are whole, and the first that is not."""
import hashlib
import json
import mailbox
import re
import sys


def is_whole(message):
    # mboxrd, undone.
    body = re.sub(r"(?m)^>(>*From )", r"\1", message.get_payload(decode=True).decode())
    # The line end that ends an mbox entry belongs to none of them.
    candidates = (body, body + "\n", body.rstrip("\n") + "\n")
    return message["X-Sum"] in [hashlib.sha256(text.encode()).hexdigest() for text in candidates]


def main():
    subjects, torn = [], None
    for message in mailbox.mbox(sys.argv[1], create=False):
        if is_whole(message):
            subjects.append(message["Subject"])
        elif torn is None:
            torn = message.as_string()[:2000]
    print(json.dumps({"whole": len(subjects), "different": len(set(subjects)), "torn": torn}))


main()
