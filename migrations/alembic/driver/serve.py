"""The main loop: one command at a time, one line of JSON per message, whatever project code does to the process."""

import json
import os
import sys
import threading

from devenv_driver import commands, failures, forks, network, watch
from devenv_driver.process import restored_process
from devenv_driver.project import Session


class Channel:
    """The private stream of replies, which nothing else can write to; several threads may."""

    def __init__(self, stream):
        self.stream = stream
        self.id = 0
        self.lock = threading.RLock()

    def send(self, **message):
        with self.lock:
            self.stream.write(json.dumps(dict(message, id=self.id), default=str) + "\n")
            self.stream.flush()


def serve(requests):
    """Answers requests until there are no more, then ends the process at once, without waiting for threads or hooks."""
    channel = Channel(_take_stdout())
    _prepare_interpreter()
    session = Session(channel)
    for line in iter(requests.readline, b""):
        request = json.loads(line.decode())
        if request["cmd"] == "end":
            channel.id = request["id"]
            channel.send(end=True, result={}, failure=None)
            break
        answer, failure = {}, None
        if request["cmd"] == "fork":
            request, answer["forked"] = forks.become_child(request, requests)
            channel.id = request["id"]
        else:
            channel.id = request["id"]
            failure = _run(session, request, answer)
        channel.send(end=True, result=answer, failure=failure)
    sys.stderr.flush()
    os._exit(0)


def _take_stdout():
    """Returns the real stdout for replies; project code then prints to stderr and reads from an empty stdin."""
    replies = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return replies


def _prepare_interpreter():
    sys.argv = ["alembic"]
    # "-c" puts the working directory first, which the alembic command does not. Append it for code that relies on it.
    if sys.path and sys.path[0] == "":
        del sys.path[0]
    sys.path.append(os.getcwd())


def _run(session, request, answer):
    """Runs one command, which fills in the answer; returns its failure or None."""
    try:
        with watch.over(session, request["endless"]), restored_process(), \
                network.redirected(request.get("address"), request.get("hosts")):
            commands.COMMANDS[request["cmd"]](session, request.get("arguments") or {}, answer)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # including a SystemExit from project code
        return failures.describe(error, session)
    finally:
        session.recorder = None
        network.drop_open_connections()
    return None
