// Package migrations holds the words shared by everything that deals with database migrations: revisions and their
// graph, the operations between a database and the models, statements, failures. It knows no migration tool; the
// directories below it do, one each.
package migrations
