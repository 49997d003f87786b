"""A small HTTP server for the pages."""

import json
import logging
from datetime import date, datetime
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from toolshed import db, pages

log = logging.getLogger(__name__)


def encode(value):
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"cannot encode {value!r}")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = pages.PAGES.get(self.path.partition("?")[0])
        if page is None:
            return self.answer(404, {"error": "no such page", "pages": sorted(pages.PAGES)})
        try:
            with db.session() as session:
                self.answer(200, page(session))
        except Exception:
            log.exception("page %s failed", self.path)
            self.answer(500, {"error": "internal error"})

    def answer(self, status: int, document) -> None:
        body = json.dumps(document, default=encode, ensure_ascii=False, indent=2).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args) -> None:
        if self.path != "/health":
            log.info(format, *args)


def serve(port: int) -> None:
    with ThreadingHTTPServer(("", port), Handler) as httpd:
        httpd.daemon_threads = True
        httpd.block_on_close = False
        log.info("serving on port %d", port)
        httpd.serve_forever()
