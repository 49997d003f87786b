// Package tool runs the project's migration tool in a container of its service, on a checkout's files: it finds the interpreter and the
// configuration there, starts the driver, maps its paths to the repository's, and explains failures that the set-up causes. It uses
// scratch for containers and migrations/alembic for the driver; what is migrated, and why, is above it.
package tool
