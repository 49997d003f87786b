// Package faults contains one table of what a migration can get wrong, and of what is harmless and must not be
// reported. An entry of testdata/*.yaml is a branch of the project in testdata/project, and what devenv must say about
// it. The test runs each entry through the built command, on a real engine, Postgres and Alembic. The package has no
// code besides the test.
//
// To add a case, add an entry. Its fields are those of type entry in entry_test.go; checks that it does not list must
// stay silent.
package faults
