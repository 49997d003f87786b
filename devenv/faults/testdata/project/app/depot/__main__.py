"""The application: it reads every table as its models describe it, then listens."""

import os
import socketserver

from sqlalchemy import create_engine, select

from depot.models import metadata


def main():
    with create_engine(os.environ["DATABASE_URL"]).connect() as connection:
        for table in metadata.sorted_tables:
            connection.execute(select(table).limit(1))
    with socketserver.TCPServer(("", 8000), socketserver.BaseRequestHandler) as server:
        server.serve_forever()


main()
