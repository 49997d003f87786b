import signal
import sys


def stop(signum, frame):
    sys.exit(0)


# As process 1 of the container we get no default handlers, and the imports below take a while.
signal.signal(signal.SIGTERM, stop)

from toolshed.app import main  # noqa: E402

main()
