"""cookbook.py KIND OUT FORMAT: a receiver of log records in plain Python, as the logging cookbook has it; it uses
nothing of Weir. Prints its port, then writes what comes to OUT by FORMAT until its standard input ends.

KIND: socket (LogRecordSocketReceiver), datagram, http (GET and POST of HTTPHandler's form), syslog."""
import http.server
import logging
import logging.handlers
import pickle
import re
import socket
import socketserver
import struct
import sys
import threading
import urllib.parse


def handle(record):
    logging.getLogger(record.name).handle(record)


class LogRecordStreamHandler(socketserver.StreamRequestHandler):
    """The cookbook's, line for line."""

    def handle(self):
        while True:
            chunk = self.connection.recv(4)
            if len(chunk) < 4:
                break
            slen = struct.unpack('>L', chunk)[0]
            chunk = self.connection.recv(slen)
            while len(chunk) < slen:
                chunk = chunk + self.connection.recv(slen - len(chunk))
            handle(logging.makeLogRecord(pickle.loads(chunk)))


class LogRecordSocketReceiver(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class DatagramRequestHandler(socketserver.DatagramRequestHandler):
    def handle(self):
        handle(logging.makeLogRecord(pickle.loads(self.packet[4:])))


class FormHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def take(self, form):
        fields = dict(urllib.parse.parse_qsl(form, keep_blank_values=True, strict_parsing=True, errors="strict"))
        for name in ("levelno", "lineno", "process", "thread"):
            fields[name] = int(fields[name])
        for name in ("created", "msecs", "relativeCreated"):
            fields[name] = float(fields[name])
        for name in ("exc_info", "exc_text", "stack_info"):
            fields[name] = None if fields[name] == "None" else fields[name]
        fields["args"] = () # a string here: the repr of what they were
        handle(logging.makeLogRecord(fields))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        self.take(urllib.parse.urlsplit(self.path).query)

    def do_POST(self):
        self.take(self.rfile.read(int(self.headers["Content-Length"])).decode("ascii"))

    def log_message(self, *args):
        pass


class SyslogReader(socketserver.BaseRequestHandler):
    """What SysLogHandler sends: a priority, the text, a NUL."""
    LEVELS = {2: "CRITICAL", 3: "ERROR", 4: "WARNING", 6: "INFO", 7: "DEBUG"}
    FACILITIES = {number: name for name, number in logging.handlers.SysLogHandler.facility_names.items()}

    def handle(self):
        found = re.fullmatch(rb"<(\d{1,3})>(.*)\0", self.request[0], re.S)
        facility, severity = divmod(int(found[1]), 8)
        name = self.LEVELS[severity]
        handle(logging.makeLogRecord({"name": self.FACILITIES[facility], "levelname": name, "levelno": getattr(logging, name),
                                      "msg": found[2].decode()}))


SERVERS = {"socket": (LogRecordSocketReceiver, LogRecordStreamHandler),
           "datagram": (socketserver.UDPServer, DatagramRequestHandler),
           "http": (http.server.ThreadingHTTPServer, FormHandler),
           "syslog": (socketserver.UDPServer, SyslogReader)}


def main():
    kind, out, line = sys.argv[1:]
    logging.basicConfig(filename=out, format=line, level=0, encoding="utf-8")
    server_class, handler = SERVERS[kind]
    server = server_class(("127.0.0.1", 0), handler)
    server.max_packet_size = 65536
    if "UDP" in server_class.__name__:
        server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


main()
