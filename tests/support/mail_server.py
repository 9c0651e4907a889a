"""A small SMTP server for tests: EHLO with SIZE and 8BITMIME, AUTH PLAIN and LOGIN, STARTTLS where it is given a
context; records (sender, recipients, data, user and password, secure) of each mail."""
import base64
import socket
import socketserver
import struct
import threading


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, context=None, auth=False, refuse=(), resets=0, host="127.0.0.1"):
        """resets: so many mails are cut off by a reset of their connection, in the middle."""
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), Session)
        self.context, self.auth, self.refuse, self.resets = context, auth, set(refuse), resets
        self.port = self.server_address[1]
        self.mails = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def take(self):
        mails, self.mails = self.mails, []
        return mails

    def close(self):
        self.shutdown()
        self.server_close()


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()

    def line(self):
        return self.rfile.readline().decode("latin-1").rstrip("\r\n")

    def ask(self, words):
        self.say("334 " + base64.b64encode(words).decode())
        return base64.b64decode(self.line()).decode()

    def login(self, rest):
        kind, _, more = rest.partition(" ")
        if kind.upper() == "PLAIN":
            if not more:
                self.say("334 ")
                more = self.line()
            return tuple(base64.b64decode(more).decode().split("\0")[1:])
        user = base64.b64decode(more).decode() if more else self.ask(b"Username:")
        return user, self.ask(b"Password:")

    def start_tls(self):
        self.say("220 go")
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        return True

    def data(self):
        self.say("354 go")
        if self.server.resets > 0:
            self.server.resets -= 1
            self.rfile.read(10)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            raise ConnectionResetError
        lines = []
        while True:
            line = self.rfile.readline()
            if line in (b".\r\n", b""):
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)

    def handle(self):
        sender, to, login, secure = None, [], None, False
        self.say("220 test")
        while True:
            line = self.line()
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            if verb in ("EHLO", "HELO"):
                offers = ["test", "SIZE 10000000", "8BITMIME"] + (["AUTH PLAIN LOGIN"] if self.server.auth else [])
                offers += ["STARTTLS"] if self.server.context and not secure else []
                for i, offer in enumerate(offers):
                    self.say("250%s%s" % ("-" if i + 1 < len(offers) else " ", offer))
            elif verb == "STARTTLS":
                secure = self.start_tls()
            elif verb == "AUTH":
                login = self.login(rest)
                self.say("235 in")
            elif verb == "MAIL":
                sender, to = rest[rest.index("<") + 1:rest.index(">")], []
                self.say("250 ok")
            elif verb == "RCPT":
                one = rest[rest.index("<") + 1:rest.index(">")]
                if one in self.server.refuse:
                    self.say("550 nobody")
                else:
                    to.append(one)
                    self.say("250 ok")
            elif verb == "DATA":
                self.server.mails.append((sender, to, self.data(), login, secure))
                self.say("250 taken")
            elif verb == "QUIT" or not line:
                self.say("221 bye")
                return
            else:
                self.say("250 ok")
