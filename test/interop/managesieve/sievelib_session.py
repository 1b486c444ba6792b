"""python3-sievelib against a ManageSieve server: host port user password mechanism."""
import sys

from sievelib.managesieve import Client

host, port, user, password, mechanism = sys.argv[1:]

client = Client(host, int(port))
assert client.connect(user, password, starttls=True, authmech=mechanism), client.errmsg
assert "vacation" in client.get_sieve_capabilities(), client.get_sieve_capabilities()
assert client.havespace("first", 100)
assert not client.putscript("wrong", "jump;\r\n"), "a wrong script was taken"
assert b"there is no command" in client.errmsg, client.errmsg
text = 'require ["fileinto"];\r\n# Gr\u00fc\u00dfe\r\nif header :contains "subject" "junk" { fileinto "Junk"; }\r\n'
assert client.putscript("first", text)
assert client.putscript("second", "keep;\r\n")
assert client.setactive("first")
assert client.listscripts() == ("first", ["second"]), client.listscripts()
assert client.getscript("first").strip() == text.strip().replace("\r\n", "\n"), client.getscript("first")
assert client.renamescript("second", "third")
assert client.deletescript("third")
assert not client.deletescript("first"), "the active script was deleted"
assert client.setactive("")
assert client.deletescript("first")
client.logout()
print("sievelib is content")
