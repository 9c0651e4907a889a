"""tail.py - a reader of /api/tail that can be as slow as it likes."""
import json
import socket

from harness import SLOW


class Tail:
    """Reads an event stream: lists of (event, id, data)."""

    def __init__(self, service, query="", headers="", receive=None):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(30 * SLOW)
        if receive:
            self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.s.connect(service.socket_path())
        self.s.sendall(("GET /api/tail?%s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (query, headers)).encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            piece = self.s.recv(4096)
            assert piece, self.buffer
            self.buffer += piece
        self.head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.status = int(self.head.split()[1])
        self.chunked = b"chunked" in self.head.lower()

    def line(self):
        while b"\n" not in self.buffer:
            piece = self.s.recv(65536)
            if not piece:
                return None
            self.buffer += piece
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.decode().rstrip("\r")

    def event(self):
        """The next event; None at the end of the stream."""
        kind, number, data = "message", None, None
        while True:
            line = self.line()
            if line is None:
                return None
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("id: "):
                number = line[4:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif line == "" and data is not None:
                return kind, number, data
