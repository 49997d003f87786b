"""Watches a command that takes long: says which line it is at, and ends one that would never end."""

import contextlib
import os
import signal
import sys
import threading
import time

from devenv_driver.failures import Endless, place_of

SAY_AFTER, SAY_AGAIN = 8, 60  # before a step of devenv says that it waits, which takes 10 s


@contextlib.contextmanager
def over(session, limit):
    """Watches the block, which runs in the main thread, and ends it once it made no progress for limit seconds.

    A new statement is progress, and so is a revision that has ended. The same statement once more is none. While the
    database works on one statement, the time does not count: devenv watches the server.
    """
    main, done = threading.main_thread().ident, threading.Event()
    watching = threading.Thread(target=_watch, args=(session, main, done, limit), daemon=True)
    with _interruptible(session.channel, limit):
        watching.start()
        try:
            yield
        finally:
            done.set()
            watching.join()


@contextlib.contextmanager
def _interruptible(channel, limit):
    def end(number, frame):
        while frame is not None:
            if frame.f_code is channel.send.__code__:
                return  # half a message would be none; the signal comes again
            frame = frame.f_back
        raise Endless("it has made no progress for %d s" % limit)

    before = signal.signal(signal.SIGUSR2, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR2, before if before is not None else signal.SIG_DFL)


def _watch(session, main, done, limit):
    began = changed = moved = time.monotonic()
    say, last, running = began + min(SAY_AFTER, limit / 3), None, 0
    while not done.wait(min(SAY_AFTER, limit) / 4):
        now, progress = time.monotonic(), _progress(session)
        before, running = running, _running(session)
        if progress != last:
            last, changed, moved = progress, now, now
        elif running and running == before:
            moved = now
        if now >= say:
            say = now + SAY_AGAIN
            _say(session, main, now - changed)
        if now - moved >= limit and not done.is_set():
            os.kill(os.getpid(), signal.SIGUSR2)  # again next time, if the project's code catches it


def _progress(session):
    recorder = session.recorder
    return (id(recorder), len(recorder.texts), len(recorder.finished)) if recorder else None


def _running(session):
    recorder = session.recorder
    return recorder.running_statement if recorder else 0


def _say(session, main, idle):
    frame = sys._current_frames().get(main)
    place = place_of(frame, session) if frame is not None else None
    if place:
        session.channel.send(place=dict(place, idle=idle))
