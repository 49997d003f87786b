// Package tool runs the project's migration tool on a checkout's files, in a container of its service: it finds the
// configuration there, starts the tool, maps its paths to the repository's, and explains failures caused by the
// project's set-up. It uses scratch for containers and knows no tool by name; what is migrated, and why, is up to its
// callers.
package tool
