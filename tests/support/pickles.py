"""Pickles for the receivers' tests: real ones, of records as Python's handlers send them, and attacks."""
import collections
import datetime
import decimal
import logging
import logging.handlers
import os
import pickle
import struct
import sys
import uuid


class Evil:
    """What unpickling of it would run."""

    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce__(self):
        return self.function, self.args


def record(message="user %s has %d items", args=("bob", 3), name="app.db", extra=None, exc=False, level=20):
    exc_info = None
    if exc:
        try:
            {}["missing"]
        except KeyError:
            exc_info = sys.exc_info()
    r = logging.getLogger(name).makeRecord(name, level, "/srv/app/db.py", 42, message, args, exc_info, "query", extra)
    return r


def frame_of(r):
    """As SocketHandler and DatagramHandler send it, its length included."""
    return logging.handlers.SocketHandler(None, None).makePickle(r)


EXTRAS = [
    None,
    {"ip": "10.0.0.1", "port": 8080, "ratio": 0.5, "ok": True, "no": None},
    {"list": [1, 2, [3, "x"]], "tuple": (1,), "dict": {"a": {"b": 1}}, "big": 10 ** 40, "negative": -(2 ** 70)},
    {"when": datetime.datetime(2026, 11, 20, 10, 6), "bytes": b"\x00\xffab'", "set": {1}, "uuid": uuid.UUID(int=5)},
    {"od": collections.OrderedDict(a=1), "decimal": decimal.Decimal("1.5"), "class": dict},
    {"unicode": "äöü \U0001f600 \ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "empty": ""},
    {"many": list(range(3000)), "long": "x" * 5000},
]


def real():
    """Dicts of attributes, pickled by each protocol, without the length."""
    out = []
    for extra in EXTRAS:
        for exc in (False, True):
            r = record(extra=extra, exc=exc)
            out.append(frame_of(r)[4:])
            attributes = dict(r.__dict__, msg=r.getMessage(), args=None, exc_info=None)
            for protocol in range(6):
                out.append(pickle.dumps(attributes, protocol))
    out.append(pickle.dumps(record(), 4))  # the object itself, as others might send it
    return out


def op_string(s):
    data = s.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def as_record(body):
    """A record whose field x is what body pushes."""
    base = pickle.dumps({"name": "evil", "levelno": 30, "msg": "attack"}, 1)[:-1]
    return base + b"(" + op_string("x") + body + b"u."


def attacks(canary="/nonexistent/canary"):
    """name -> frame. canary: a path that would come into being if any of them ran."""
    touch = "touch " + canary
    out = {}
    for protocol in range(6):
        for name, evil in [("system", Evil(os.system, touch)), ("eval", Evil(eval, "open(%r,'w')" % canary)),
                           ("open", Evil(open, canary, "w")), ("exec", Evil(exec, "import os; os.system(%r)" % touch))]:
            out["%s-%d" % (name, protocol)] = pickle.dumps(evil, protocol)
            out["field-%s-%d" % (name, protocol)] = pickle.dumps(
                {"name": "evil", "levelno": 30, "msg": "attack", "x": evil, "after": 7}, protocol)
            out["message-%s-%d" % (name, protocol)] = pickle.dumps({"name": "evil", "levelno": 30, "msg": evil}, protocol)
    out["inst"] = as_record(b"(S'%s'\nios\nsystem\n" % touch.encode())
    out["obj"] = as_record(b"(cos\nsystem\nS'%s'\no" % touch.encode())
    out["build"] = as_record(b"cos\nsystem\n}(" + op_string("__setstate__") + b"cos\nsystem\nub")
    out["stack-global"] = b"\x80\x04" + as_record(b"\x8c\x02os\x8c\x06system\x93\x8c\x04echo\x85R")
    out["persid"] = as_record(b"Pmodule\n")
    out["binpersid"] = as_record(b"K\x01Q")
    out["extension"] = as_record(b"\x82\x01")
    out["nested-call"] = as_record(b"cbuiltins\ngetattr\ncos\npath\n" + op_string("join") + b"\x86R(t R".replace(b" ", b""))
    out["deep"] = as_record(b"]" * 100000 + b"a" * 99999)
    out["deep-tuples"] = as_record(b")" + b"\x85" * 200000)
    out["cycle"] = as_record(b"]q\x09h\x09a")
    laugh = b"]q\x0a(" + op_string("ha") * 10 + b"e0"
    for i in range(11, 70):
        laugh += b"](" + b"h" + bytes([i - 1]) + b"h" + bytes([i - 1]) + b"eq" + bytes([i]) + b"0"
    out["laughs"] = as_record(laugh + b"h\x45")
    out["string-bomb"] = as_record(op_string("y" * 400000) + b"q\x09" + b"0](" + b"h\x09" * 100000 + b"e")
    out["memo"] = as_record(b"".join(b"N" + b"r" + struct.pack("<I", i) + b"0" for i in range(20000)) + b"N")
    out["memo-far"] = as_record(b"Nr\xff\xff\xff\xff")
    out["none-list"] = as_record(b"](" + b"N" * 1000000 + b"e")
    out["marks"] = b"(" * 1000000
    out["digits"] = as_record(b"L" + b"9" * 1000000 + b"L\n")
    out["long4"] = as_record(b"\x8b" + struct.pack("<i", 1000000) + b"\x7f" * 1000000)
    out["long1s"] = as_record(b"](" + (b"\x8b" + struct.pack("<i", 1700) + b"\x7f" * 1700) * 600 + b"e")
    out["dict-keys"] = as_record(b"}(" + b"".join(op_string("k%d" % i) + b"N" for i in range(90000)) + b"u")
    out["same-keys"] = as_record(b"}(" + (op_string("k") + b"K\x01") * 1000 + b"u")
    out["attributes"] = pickle.dumps({"k%d" % i: i for i in range(20000)}, 1)
    out["bytes"] = pickle.dumps({"name": "e", "levelno": 30, "msg": b"\xff" * 500000}, 4)
    out["length-8"] = as_record(b"\x8d" + b"\xff" * 8)
    out["length-negative"] = as_record(b"T\xff\xff\xff\xff")
    out["frame-beyond"] = b"\x80\x04\x95" + b"\xff" * 8 + b"}."
    out["protocol-9"] = b"\x80\x09}."
    out["empty"] = b""
    out["stop"] = b"."
    out["no-record"] = b"K\x01."
    return out


def write(directory, frames):
    for i, frame in enumerate(frames):
        with open(os.path.join(directory, "%04d" % i), "wb") as f:
            f.write(frame[:1 << 20])
