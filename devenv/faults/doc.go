// Package faults holds one table of what a migration can get wrong, and of what is harmless and must stay silent: an entry
// of testdata/*.yaml is a branch of the project in testdata/project and what devenv has to say about it. The test runs each
// through the built command, on a real engine, Postgres and Alembic. There is no code here besides the test.
//
// To add a case, add an entry: its fields are those of type entry in entry_test.go, and the answers that it does not name
// must be silent.
package faults
