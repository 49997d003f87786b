#!/usr/bin/env bash
# What the official image makes before a project's own init scripts run: the
# extensions, in a template and in the project's database. Two of them append
# their schemas to the database's search_path.
set -euo pipefail
export PGUSER=$POSTGRES_USER

psql -v ON_ERROR_STOP=1 --no-psqlrc --dbname postgres -c 'CREATE DATABASE template_postgis IS_TEMPLATE true'
for database in template_postgis "$POSTGRES_DB"; do
	for extension in postgis postgis_topology fuzzystrmatch postgis_tiger_geocoder; do
		psql -v ON_ERROR_STOP=1 --no-psqlrc --dbname "$database" -c "CREATE EXTENSION IF NOT EXISTS $extension"
	done
done
