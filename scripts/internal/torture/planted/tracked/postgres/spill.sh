#!/bin/sh
# Prints what the database's container knows.
env | sed 's/^/postgres knows /' >&2
cat /run/secrets/* /etc/postgresql/* >&2
