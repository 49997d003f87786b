// Package database holds the throwaway Postgres servers of a run: the first server that Compose makes, the image that is
// committed from it, clones of that image, and what a server holds: its catalog and a fingerprint of its data.
//
// A database snapshot is an image. Relocate moves the data directory out of every declared volume, into the container's
// own layer; StartFirst starts that container; CommitBase stops the server cleanly and commits it; Clone starts scenarios
// from the image, which are ready within half a second whatever the database's size.
//
// Passwords come from the Compose model at each run. They are never put into labels, images' metadata or errors.
package database
