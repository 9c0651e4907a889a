#!/usr/bin/env python3
"""Pushes a logging configuration to a running service: the client of Python's logging cookbook.

    push.py FILE [PORT [HOST]]
"""
import socket
import struct
import sys

HOST = sys.argv[3] if len(sys.argv) > 3 else 'localhost'
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 9030

with open(sys.argv[1], 'rb') as f:
    data_to_send = f.read()

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
print('connecting...')
s.connect((HOST, PORT))
print('sending config...')
s.send(struct.pack('>L', len(data_to_send)))
s.send(data_to_send)
s.close()
print('complete')
