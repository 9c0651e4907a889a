"""villain.py - a TCP peer that behaves badly, on a loopback port, until it is told to behave: `mode` is one of

  down      nobody listens
  flapping  takes a connection, reads a little, resets it
  silent    takes connections and never reads
  halfopen  its backlog is full: connecting finds no end
  drip      reads one byte a second
  reset     resets each of the first `resets` connections in the middle, once the sender has stopped for room
  good      reads all

`streams`: what each connection brought, whole ones of `good` and `drip` only in the end. answer(connection, bytes
so far) as in receivers.Streams."""
import fcntl
import socket
import struct
import termios
import threading
import time


class Villain:
    def __init__(self, mode, answer=None, resets=1, greeting=b""):
        self.mode, self.answer, self.resets, self.greeting = mode, answer, resets, greeting
        self.streams, self.accepted, self.held, self.ended = [], 0, [], threading.Event()
        self.lock = threading.Lock()
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        if mode == "halfopen":
            self.socket.listen(0)
            for _ in range(4):
                s = socket.socket()
                s.setblocking(False)
                s.connect_ex(("127.0.0.1", self.port))
                self.held.append(s)
        elif mode != "down":
            self.listen()

    def listen(self):
        self.socket.listen(16)
        threading.Thread(target=self.run, daemon=True).start()

    def behave(self):
        """From now on it reads; what hangs is reset."""
        self.mode, waiting = "good", self.mode
        self.ended.set()
        for s in self.held:
            reset(s)
        if waiting in ("down", "halfopen"):
            if waiting == "halfopen": # what the kernel queued for it must go
                port, old = self.port, self.socket
                old.close()
                self.socket = socket.socket()
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self.socket.bind(("127.0.0.1", port))
            self.listen()

    def run(self):
        while True:
            try:
                s, _ = self.socket.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        mode = self.mode
        try:
            if mode in ("good", "drip", "reset") and self.greeting:
                s.sendall(self.greeting)
            if mode == "flapping":
                s.recv(10)
                return reset(s)
            if mode == "silent":
                self.held.append(s)
                return None
            if mode == "reset" and self.accepted <= self.resets:
                return self.reset_in_the_middle(s)
            self.read(s, mode)
        except OSError:
            pass
        return None

    def reset_in_the_middle(self, s):
        """Reads a little, waits until the sender has filled all that the kernel holds, or has no more to send."""
        got = s.recv(1000)
        if self.answer:
            self.answer(s, got)
        before, now = -1, 0
        while before != now:
            time.sleep(0.1)
            before, now = now, struct.unpack("i", fcntl.ioctl(s, termios.FIONREAD, b"....."[:4]))[0]
        reset(s)

    def read(self, s, mode):
        with self.lock:
            index = len(self.streams)
            self.streams.append(bytearray())
        while True:
            data = s.recv(1 if mode == "drip" and not self.ended.is_set() else 65536)
            self.streams[index] += data
            if not data or (self.answer and self.answer(s, self.streams[index])):
                s.close()
                return
            if mode == "drip":
                self.ended.wait(1)

    def close(self):
        self.ended.set()
        self.socket.close()
        for s in self.held:
            s.close()


def reset(s):
    """Ends it with an RST, whatever was not read."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
