"""Sockets that record what a handler sends: each has `place` (for the configuration) and `take()`, which gives
what has come, in order, and begins anew. `connections` are told apart only where the test looks at them."""
import os
import select
import socket
import socketserver
import threading
import time


class Datagrams:
    def __init__(self, path=None):
        if path is None:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
            self.socket.bind(("127.0.0.1", 0))
            self.port = self.socket.getsockname()[1]
        else:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.bind(path)
        self.got = []
        self.files = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                data, fds, _, _ = socket.recv_fds(self.socket, 1 << 20, 4)
            except OSError:
                return
            for fd in fds:
                with os.fdopen(fd, "rb") as f:
                    f.seek(0)
                    data += f.read()
            self.got.append(data)

    def take(self, count=None, seconds=20):
        end = time.monotonic() + seconds
        while count is not None and len(self.got) < count and time.monotonic() < end:
            time.sleep(0.005)
        got, self.got = self.got, []
        return got

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR) if self.socket.family == socket.AF_UNIX else None
        self.socket.close()


class Streams:
    """All bytes of each connection; take() waits until every connection has ended."""

    def __init__(self, path=None, answer=None, context=None):
        self.context = context
        self.socket = socket.socket(socket.AF_INET if path is None else socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(("127.0.0.1", 0) if path is None else path)
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
                connection, _ = self.socket.accept()
            except OSError:
                return
            with self.lock:
                self.open += 1
                self.got.append(b"")
                index = len(self.got) - 1
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
