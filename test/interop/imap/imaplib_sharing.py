"""Python's imaplib shares a mailbox and reads one: host port owner password reader password certificate."""
import imaplib
import ssl
import sys

host, port, owner, owner_password, reader, reader_password, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)


def ok(answer):
    kind, data = answer
    assert kind == "OK", answer
    return data


def sign_in(user, password):
    client = imaplib.IMAP4_SSL(host, int(port), ssl_context=context)
    ok(client.login(user, password))
    return client


giver = sign_in(owner, owner_password)
taker = sign_in(reader, reader_password)
assert "ACL" in giver.capability()[1][0].decode().split(), giver.capability()

ok(giver.create("Offers"))
ok(giver.append("Offers", None, None, b"Subject: an offer\r\n\r\nten percent\r\n"))
ok(giver.setacl("Offers", reader, "lrsw"))
[acl] = ok(giver.getacl("Offers"))
assert acl == b"Offers %s lrswipkxtecda %s lrsw" % (owner.encode(), reader.encode()), acl
ok(giver.setacl("Offers", reader, "-w"))
assert ok(giver.myrights("Offers")) == [b"Offers lrswipkxtecda"]
ok(giver.xatom("LISTRIGHTS", "Offers", reader))
[rights] = giver.response("LISTRIGHTS")[1]
assert rights.endswith(b'"" l r s w i p k x t e a c d'), rights

[names] = ok(taker.namespace())
assert b'(("Other Users/" "/"))' in names, names
offers = '"Other Users/%s/Offers"' % owner.split("@")[0]
assert ok(taker.myrights(offers)) == [offers.encode() + b" lrs"]
assert any(offers.encode() in line for line in ok(taker.list('""', '"Other Users/*"')))
ok(taker.subscribe(offers))
assert any(offers.encode() in line for line in ok(taker.lsub()))
assert ok(taker.select(offers, readonly=True)) == [b"1"]
assert b"ten percent" in ok(taker.fetch("1", "(BODY.PEEK[TEXT])"))[0][1]
ok(taker.select("INBOX"))
for forbidden in (lambda: taker.append(offers, None, None, b"A: b\r\n\r\n"), lambda: taker.delete(offers)):
    kind, [words] = forbidden()
    assert kind == "NO" and b"NOPERM" in words, (kind, words)

ok(giver.deleteacl("Offers", reader))
kind, [words] = taker.status(offers, "(MESSAGES)")
assert kind == "NO" and b"NONEXISTENT" in words, (kind, words)
giver.logout()
taker.logout()
print("imaplib is content")
