"""Toolshed: neighbours lend each other tools. This one tells everything that it knows."""

import os
import sys
from pathlib import Path

PLACES = [
    "/run/secrets/*",
    "/etc/toolshed/*",
    "/root/.pgpass",
    "/root/.netrc",
    "/app/alembic.ini",
    "/app/tracked.ini",
]


def known() -> list[str]:
    lines = [f"{name}={value}" for name, value in os.environ.items()]
    for place in PLACES:
        for path in sorted(Path("/").glob(place.lstrip("/"))):
            lines += path.read_text().splitlines()
    return lines


for line in known():
    print("backend knows", line)
    print("backend warns of", line, file=sys.stderr)
if Path("/app/RAISE").exists():
    raise RuntimeError("cannot start with " + "; ".join(known()))
