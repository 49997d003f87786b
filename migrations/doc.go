// Package migrations defines the types shared by everything that deals with database migrations: revisions and their
// graph, the operations that take a database to the models, statements and failures. It depends on no migration tool;
// each tool has a directory below it.
package migrations
