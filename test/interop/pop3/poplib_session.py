"""Python's poplib against a POP3 server: host pop3s-port pop3-port user password certificate; the maildrop has messages."""
import poplib
import ssl
import sys

host, pop3s_port, pop3_port, user, password, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)

clear = poplib.POP3(host, int(pop3_port))
assert "STLS" in clear.capa(), clear.capa()
clear.stls(context)
capabilities = clear.capa()
assert "STLS" not in capabilities and {"USER", "UIDL", "TOP", "PIPELINING"} <= set(capabilities), capabilities
clear.user(user)
clear.pass_(password)
count, size = clear.stat()
ids = [line.split()[1] for line in clear.uidl()[1]]
assert len(ids) == count and len(set(ids)) == count

try:
    second = poplib.POP3_SSL(host, int(pop3s_port), context=context)
    second.user(user)
    second.pass_(password)
    raise AssertionError("the maildrop was opened twice")
except poplib.error_proto as error:
    assert "IN-USE" in str(error), error

for number in range(1, count + 1):
    _, lines, octets = clear.retr(number)
    listed = int(clear.list(number).split()[2])
    assert octets >= listed, (number, octets, listed)
top = clear.top(1, 0)[1]
assert top[-1] == b"", top
clear.dele(1)
clear.rset()
clear.dele(count)
clear.quit()

again = poplib.POP3_SSL(host, int(pop3s_port), context=context)
again.user(user)
again.pass_(password)
assert [line.split()[1] for line in again.uidl()[1]] == ids[:-1]
again.dele(1)
again.close()  # without QUIT

third = poplib.POP3_SSL(host, int(pop3s_port), context=context)
third.user(user)
for _ in range(50):
    try:
        third.pass_(password)
        break
    except poplib.error_proto:  # the broken session's lock goes with its connection
        third.user(user)
assert third.stat()[0] == count - 1
third.quit()
print("poplib is content")
