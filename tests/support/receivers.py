"""Sockets that record what a handler sends: each has `place` (for the configuration) and `take()`, which gives
what has come, in order, and begins anew. `connections` are told apart only where the test looks at them."""
import os
import select
import socket
import threading
import time


class Datagrams:
    """What was sent when the sender ends is all that take() gives."""

    def __init__(self, path=None, host="127.0.0.1"):
        family = socket.AF_UNIX if path is not None else socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.bind((host, 0) if path is None else path)
        self.port = None if path else self.socket.getsockname()[1]
        self.got = []
        self.lock = threading.Lock()  # held from a datagram's taking to its place in the list
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                select.select([self.socket], [], [])
                with self.lock:
                    self.got.append(self.receive())
            except (OSError, ValueError):
                return

    def receive(self):
        data, fds, _, _ = socket.recv_fds(self.socket, 1 << 20, 4)
        for fd in fds:
            with os.fdopen(fd, "rb") as f:
                f.seek(0)
                data += f.read()
        return data

    def take(self, count=None, seconds=20):
        """count: also waits for so many, which a sender that has not ended may still send."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self.lock:
                if not select.select([self.socket], [], [], 0)[0] and len(self.got) >= (count or 0):
                    break
            time.sleep(0.002)
        got, self.got = self.got, []
        return got

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR) if self.socket.family == socket.AF_UNIX else None
        self.socket.close()


def http_answer(status=b"200 OK", body=b"ok"):
    """Answers once the request is whole."""
    def answer(connection, got):
        head, end, rest = got.partition(b"\r\n\r\n")
        if not end:
            return False
        length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        if len(rest) < length:
            return False
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return True
    return answer


class Streams:
    """All bytes of each connection; take() waits until every connection has ended."""

    def __init__(self, path=None, answer=None, context=None, host="127.0.0.1"):
        self.context = context
        family = socket.AF_UNIX if path is not None else socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.bind((host, 0) if path is None else path)
        self.socket.listen(64)
        self.port = None if path else self.socket.getsockname()[1]
        self.answer = answer  # answer(connection, bytes so far) -> True: enough, close
        self.got = []
        self.open = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                select.select([self.socket], [], [])
                with self.lock:  # held until the connection is counted
                    connection, _ = self.socket.accept()
                    self.open += 1
                    self.got.append(b"")
                    index = len(self.got) - 1
            except (OSError, ValueError):
                return
            threading.Thread(target=self.read, args=(connection, index), daemon=True).start()

    def read(self, connection, index):
        with connection:
            try:
                if self.context:
                    connection = self.context.wrap_socket(connection, server_side=True)
                while True:
                    data = connection.recv(65536)
                    with self.lock:
                        self.got[index] += data
                    if not data or (self.answer and self.answer(connection, self.got[index])):
                        break
            except OSError:
                pass
        with self.lock:
            self.open -= 1

    def take(self, seconds=20):
        """Call it when the sender has ended: everything is in the kernel then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self.lock:
                waiting = select.select([self.socket], [], [], 0)[0]
                if self.open == 0 and not waiting:
                    got, self.got = self.got, []
                    return got
            time.sleep(0.005)
        raise AssertionError("connections stay open: %r" % self.got)

    def close(self):
        self.socket.close()
