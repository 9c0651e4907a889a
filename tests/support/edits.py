"""edits.py - a host that edits its configuration by the C API (api_load.c), and one to edit."""
import os

from harness import BUILD, Service

CONFIG = """[admin]
[loggers]
keys=root,k
[handlers]
keys=file
[formatters]
keys=
[logger_root]
level=INFO
handlers=file
[logger_k]
level=ERROR
handlers=
qualname=k
[handler_file]
class=FileHandler
args=('{dir}/file.log',)
"""


def load(**more):
    return Service(None, program=os.path.join(BUILD, "tests/support/api_load"), **more)
