"""Imported by every Python process whose PYTHONPATH names this folder: notes where it connects, binds, or looks names up."""

import json
import os
import sys

_NOTED = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.bind": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}
_out = os.open(os.environ["SOCKETS_NOTED_IN"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _note(event, arguments):
    if event in _NOTED:
        address = arguments[_NOTED[event]]
        host = address[0] if isinstance(address, tuple) else address
        host = host.decode("utf-8", "replace") if isinstance(host, bytes) else host
        os.write(_out, json.dumps([event, host, os.getpid()]).encode() + b"\n")


sys.addaudithook(_note)
