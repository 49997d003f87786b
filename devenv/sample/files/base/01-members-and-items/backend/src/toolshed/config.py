"""Settings, all from the environment."""

import os
from pathlib import Path

BACKEND_DIR = Path(__file__).resolve().parents[2]


def database_url() -> str:
    return os.environ["DATABASE_CONNECTION_STRING"]


def port() -> int:
    return int(os.environ.get("PORT", "8080"))
