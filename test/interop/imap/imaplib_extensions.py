"""Python's imaplib with commands that it does not know itself: METADATA, NOTIFY, ESEARCH, CATENATE, PARTIAL, UIDONLY.

host port user password certificate
"""
import imaplib
import ssl
import sys

host, port, user, password, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)


def ok(answer):
    kind, data = answer
    assert kind == "OK", answer
    return data


def sign_in():
    session = imaplib.IMAP4_SSL(host, int(port), ssl_context=context)
    ok(session.login(user, password))
    return session


def ask(session, response, name, *args):
    ok(session.xatom(name, *args))
    return session.response(response)[1]


def hear(session, response):
    """What comes without a command."""
    while response not in session.untagged_responses:
        session._get_response()
    return session.response(response)[1]


m = sign_in()
other = sign_in()
offered = ok(m.capability())[0].decode().split()
for each in "CATENATE LIST-METADATA METADATA MULTISEARCH NOTIFY PARTIAL UIDONLY".split():
    assert each in offered, each

ok(m.create("extensions"))
ok(m.select("extensions"))
for i in range(5):
    ok(other.append("extensions", None, None, b"Subject: s%d\r\n\r\nbody %d\r\n" % (i, i)))
ok(m.noop())

# RFC 5464, RFC 9590
ok(m.xatom("SETMETADATA", "extensions", b'(/private/comment "for G\xc3\xb6ran" /shared/comment "all")'))
note = ask(m, "METADATA", "GETMETADATA", "extensions", "(/private/comment /shared/comment /shared/none)")
assert note[0] == (b"extensions (/private/comment {10}", b"for G\xc3\xb6ran"), note
assert note[1] == b' /shared/comment "all" /shared/none NIL)', note
ok(m.xatom("LIST", '""', "extensions", "RETURN (METADATA (/shared/comment))"))
assert m.response("METADATA")[1] == [b'extensions (/shared/comment "all")']

# RFC 9394, RFC 7377, RFC 4469
assert b"PARTIAL (-1:-2 4:5)" in ask(m, "ESEARCH", "UID", "SEARCH RETURN (PARTIAL -1:-2) ALL")[0]
assert len(ok(m.uid("FETCH", "1:*", "(UID)", "(PARTIAL 1:2)"))) == 2
found = ask(m, "ESEARCH", "ESEARCH", "IN (subtree extensions)", "RETURN (COUNT)", "SUBJECT s3")
assert b"MAILBOX extensions" in found[0] and b"COUNT 1" in found[0], found
url = '"/extensions/;UID=1/;SECTION=HEADER" URL "/extensions/;UID=2/;SECTION=TEXT"'
ok(m.xatom("APPEND", "extensions", f"CATENATE (URL {url})"))
made = ok(m.uid("FETCH", "6", "(BODY.PEEK[])"))[0][1]
assert made == b"Subject: s0\r\n\r\nbody 1\r\n", made

# RFC 5465: what others do is heard without asking
m.response("EXISTS")
ok(m.xatom("NOTIFY", "SET", "(selected (MessageNew (UID FLAGS) MessageExpunge FlagChange))", "(personal (MailboxName))"))
ok(other.append("extensions", r"(\Flagged)", None, b"Subject: new\r\n\r\n"))
assert hear(m, "FETCH") == [rb"7 (UID 7 FLAGS (\Flagged))"]
m.response("LIST")
ok(other.create("extensions2"))
assert b"extensions2" in hear(m, "LIST")[0]
ok(other.select("extensions"))
ok(other.store("7", "+FLAGS", r"(\Deleted)"))
assert rb"\Deleted" in hear(m, "FETCH")[0]
ok(other.expunge())
assert hear(m, "EXPUNGE") == [b"7"]
ok(m.xatom("NOTIFY", "NONE"))
other.logout()

# RFC 9586
ok(m.close())
ok(m.enable("UIDONLY"))
ok(m.select("extensions"))
ok(m.uid("STORE", "2", "+FLAGS", r"(\Deleted)"))
assert m.response("UIDFETCH")[1] == [rb"2 (FLAGS (\Deleted))"]
ok(m.expunge())
assert m.response("VANISHED")[1] == [b"2"]
try:
    m.fetch("1", "(FLAGS)")
    raise AssertionError("a message number was taken")
except imaplib.IMAP4.error as error:
    assert "UIDREQUIRED" in str(error), error
ok(m.close())
ok(m.delete("extensions"))
ok(m.delete("extensions2"))
m.logout()
print("imaplib is content with the extensions")
