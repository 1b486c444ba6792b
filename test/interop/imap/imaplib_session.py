"""Python's imaplib against an IMAP server: host port starttls-port user password certificate."""
import imaplib
import ssl
import sys
import time

host, imaps_port, imap_port, user, password, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)


def ok(answer):
    kind, data = answer
    assert kind == "OK", answer
    return data


with imaplib.IMAP4(host, int(imap_port)) as clear:
    assert "STARTTLS" in clear.capabilities
    ok(clear.starttls(context))
    assert "STARTTLS" not in clear.capabilities
    ok(clear.login(user, password))
    ok(clear.noop())

m = imaplib.IMAP4_SSL(host, int(imaps_port), ssl_context=context)
ok(m.login(user, password))
for special in (b"Drafts", b"Sent", b"Junk", b"Trash", b"Archive"):
    assert any(special in line for line in ok(m.list())), special

ok(m.create("interop"))
ok(m.subscribe("interop"))
assert any(b"interop" in line for line in ok(m.lsub()))
assert ok(m.select("interop")) == [b"0"]
bodies = [b"Subject: s%d\r\nFrom: a@example.org\r\n\r\nbody %d\r\n" % (i, i) for i in range(5)]
when = imaplib.Time2Internaldate(time.time())
for body in bodies:
    ok(m.append("interop", r"(\Seen $Work)", when, body))
ok(m.noop())
assert m.response("EXISTS")[1][-1] == b"5"

assert ok(m.search(None, "ALL")) == [b"1 2 3 4 5"]
assert ok(m.search(None, "SUBJECT", "s3")) == [b"4"]
assert ok(m.uid("SEARCH", "KEYWORD", "$Work", "NOT", "BODY", '"body 1"')) == [b"1 3 4 5"]
fetched = [part[1] for part in ok(m.fetch("1:*", "(UID FLAGS RFC822)")) if isinstance(part, tuple)]
assert fetched == bodies, fetched
assert ok(m.fetch("2", "(BODY.PEEK[TEXT]<0.4>)"))[0][1] == b"body"

ok(m.store("2", "+FLAGS", r"(\Deleted)"))
assert ok(m.expunge()) == [b"2"]
assert b"COPYUID" in m.copy("1:2", "Archive")[1][0]
ok(m.uid("MOVE", "1", "Trash"))
ok(m.status("interop", "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN)"))
assert ok(m.uid("FETCH", "1:*", "(UID)")) == [b"1 (UID 3)", b"2 (UID 4)", b"3 (UID 5)"]
ok(m.close())
ok(m.rename("interop", "interop2"))
ok(m.unsubscribe("interop2"))
ok(m.delete("interop2"))
assert m.select("interop2")[0] == "NO"
assert ok(m.enable("IMAP4REV2")) is not None
m.logout()

a = imaplib.IMAP4_SSL(host, int(imaps_port), ssl_context=context)
a.authenticate("PLAIN", lambda _: b"\0" + user.encode() + b"\0" + password.encode())
try:
    imaplib.IMAP4_SSL(host, int(imaps_port), ssl_context=context).login(user, "wrong")
    raise AssertionError("a wrong password signed in")
except imaplib.IMAP4.error as error:
    assert "AUTHENTICATIONFAILED" in str(error), error
a.logout()
print("imaplib is content")
