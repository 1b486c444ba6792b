"""dkimpy and pyspf: does what the JSON on standard input asks for, one answer a case. Octets are text, one character each."""
import json
import sys

import dkim
import spf

asked = json.load(sys.stdin)
zone = asked["zone"]


def octets(text):
    return text.encode("latin-1")


def records(name):
    found = zone.get(name.lower().rstrip("."), {})
    return {} if isinstance(found, str) else found


def key_record(name, timeout=5):
    texts = records(name.decode("ascii") if isinstance(name, bytes) else name).get("TXT", [])
    return octets("".join(texts[0]) if isinstance(texts[0], list) else texts[0]) if texts else None


def spf_look_up(name, qtype, tcpfallback=True, timeout=30):
    key = name.lower().rstrip(".")
    if zone.get(key) in ("fails", "silent"):
        raise spf.TempError("DNS timeout")
    answers = []
    for data in records(name).get(qtype, []):
        if qtype == "TXT":
            data = tuple(octets(part) for part in ([data] if isinstance(data, str) else data))
        elif qtype == "MX":
            data = tuple(data)
        elif qtype in ("A", "AAAA"):
            data = data if qtype == "A" else spf.ipaddress.IPv6Address(data).packed
        answers.append(((name, qtype), data))
    return answers


spf.DNSLookup = spf_look_up


def dkim_sign(case):
    options = {"length": True} if case.get("length") else {}
    canonicalize = tuple(octets(part) for part in case["canonicalization"].split("/"))
    signature = dkim.sign(
        octets(case["message"]),
        octets(case["selector"]),
        octets(case["domain"]),
        octets(case["key"]),
        canonicalize=canonicalize,
        signature_algorithm=octets(case["algorithm"]),
        **options,
    )
    return (signature + octets(case["message"])).decode("latin-1")


def dkim_verify(case):
    message = dkim.DKIM(octets(case["message"]))
    return [bool(message.verify(idx=index, dnsfunc=key_record)) for index in range(case["signatures"])]


def arc_sign(case):
    message = octets(case["message"])
    fields = dkim.arc_sign(
        message,
        octets(case["selector"]),
        octets(case["domain"]),
        octets(case["key"]),
        octets(case["authservId"]),
    )
    return (b"".join(fields) + message).decode("latin-1")


def arc_verify(case):
    result, _, reason = dkim.arc_verify(octets(case["message"]), dnsfunc=key_record)
    return [result.decode("latin-1") if isinstance(result, bytes) else result, str(reason)]


def spf_check(case):
    query = spf.query(i=case["client"], s=case["sender"], h=case["helo"])
    query.verbose = False
    return query.check()[0]


WORK = {
    "dkim_sign": dkim_sign,
    "dkim_verify": dkim_verify,
    "arc_sign": arc_sign,
    "arc_verify": arc_verify,
    "spf": spf_check,
}

json.dump([WORK[case["do"]](case) for case in asked["cases"]], sys.stdout)
