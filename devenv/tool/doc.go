// Package tool runs the project's migration tool in a container of its service, on a checkout's files: it finds the
// configuration there, starts the tool, maps its paths to the repository's, and explains failures that the set-up causes. It uses
// scratch for containers and knows no tool by name; what is migrated, and why, is above it.
package tool
