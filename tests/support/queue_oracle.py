#!/usr/bin/env python3
"""queue_oracle.py CONFIG: python_oracle.py with what dictConfig makes of a QueueHandler since Python 3.12 (`queue`,
`handlers`, `respect_handler_level`; the listener is started here), on top of 3.11's own QueueHandler and
QueueListener. A `queue` that is a name is one queue for all handlers that name it."""
import logging
import logging.config
import logging.handlers
import os
import queue
import runpy

configure, shutdown = logging.config.dictConfig, logging.shutdown
listeners = []


class Waited(logging.handlers.QueueHandler):
    """flush() waits until the listener has had all: what flushing means to who reads the output."""

    def flush(self):
        self.queue.join()


def dict_config(config):
    queues, reading = {}, []
    stop()
    for name, handler in config["handlers"].items():
        if not handler.get("class", "").endswith("QueueHandler"):
            continue
        named = handler.get("queue", name)
        if isinstance(named, dict):
            queues[name] = queue.Queue(named.get("maxsize", 0))
            named = name
        q = queues.setdefault(named, queue.Queue(handler.pop("capacity", 0)))
        reading.append((q, handler.pop("handlers", []), handler.pop("respect_handler_level", False)))
        for key in ("queue", "class", "listener"):
            handler.pop(key, None)
        handler["()"] = lambda q=q: Waited(q)
    configure(config)
    for q, names, respect in reading:
        if names:
            listeners.append(logging.handlers.QueueListener(q, *(logging._handlers[n] for n in names), respect_handler_level=respect))
            listeners[-1].start()


def stop(*args):
    while listeners:
        listeners.pop().stop()


def end(*args):
    stop()
    shutdown(*args)


logging.config.dictConfig, logging.shutdown = dict_config, end
if __name__ == "__main__":  # imported by a case of tests/compat, it only prepares logging
    runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "python_oracle.py"), run_name="__main__")
