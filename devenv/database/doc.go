// Package database holds the throwaway Postgres servers of a run: the first server that Compose makes, the image that is
// committed from it, and clones of that image; and the data of the project's own server, which is exchanged by snapshots. It may
// use compose/engine. What a server holds is the matter of the rooms below, which take a connection and know no server; none uses
// one that comes after it: query, catalog, data, offending, witness, writes.
//
// A database snapshot is an image. Relocate moves the data directory out of every declared volume, into one of the container's
// own; StartFirst starts that container; CommitBase stops the server cleanly, copies the data into a container of the service's
// image that never had the server's environment and files, and commits that; Clone starts scenarios from the image, which are
// ready within half a second whatever the database's size.
//
// Passwords, the rest of the environment and what is mounted come from the Compose model at each run. They are never put into
// labels, images, their metadata or errors.
package database
