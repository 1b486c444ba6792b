"""Reads every message of INBOX over IMAP and says, as JSON, what Python's email package makes of its delivery status.

Arguments: host, port, user, password.
"""
import email
import email.policy
import imaplib
import json
import sys


def groups_of(part):
    """message/delivery-status is a list of header blocks: the message's, then one for each recipient."""
    return [{name.lower(): value for name, value in block.items()} for block in part.get_payload()]


def describe(octets):
    message = email.message_from_bytes(octets, policy=email.policy.default)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    by_type = {part.get_content_type(): part for part in parts}
    status = by_type.get("message/delivery-status")
    returned = by_type.get("message/rfc822")
    return {
        "type": message.get_content_type(),
        "reportType": message.get_param("report-type"),
        "returnPath": message["Return-Path"],
        "from": message["From"],
        "to": message["To"],
        "subject": message["Subject"],
        "autoSubmitted": message["Auto-Submitted"],
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
        "parts": [part.get_content_type() for part in parts],
        "text": by_type["text/plain"].get_content() if "text/plain" in by_type else "",
        "status": groups_of(status) if status is not None else [],
        "returnedSubject": returned.get_content()["Subject"] if returned is not None else None,
    }


host, port, user, password = sys.argv[1:5]
with imaplib.IMAP4(host, int(port)) as imap:
    imap.login(user, password)
    imap.select("INBOX", readonly=True)
    _, (numbers,) = imap.search(None, "ALL")
    found = []
    for number in numbers.split():
        _, answer = imap.fetch(number, "(BODY.PEEK[])")
        found.append(describe(answer[0][1]))
print(json.dumps(found))
