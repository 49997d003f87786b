"""The state of the process, restored so that every run of env.py starts as if it were the first."""

import contextlib
import os
import sys
import warnings


@contextlib.contextmanager
def restored_process():
    """Restores what project code changes in the process: directory, path, environment, streams, warnings."""
    directory, path, environment = os.getcwd(), list(sys.path), dict(os.environ)
    out, err = sys.stdout, sys.stderr
    try:
        with warnings.catch_warnings():
            _fresh_event_loop()
            yield
    finally:
        os.chdir(directory)
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environment)
        sys.stdout, sys.stderr = out, err
        for stream in (out, err):
            with contextlib.suppress(Exception):
                stream.flush()


def _fresh_event_loop():
    """Resets asyncio: asyncio.run leaves the thread without an event loop, but each run must find the same state."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return
    with warnings.catch_warnings(), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        asyncio.set_event_loop_policy(None)
