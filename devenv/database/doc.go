// Package database holds the throwaway Postgres servers of a run: the initial server that Compose creates, the image
// committed from it, and clones of that image. It also holds the data of the project's own server, which snapshots
// replace. It may use compose/engine. The packages below it deal with what a server contains; they take a connection
// and know no server. Each uses only those before it: query, catalog, data, offending, witness, writes.
//
// A database snapshot is an image. MoveData moves the data directory out of every declared volume into a volume of
// the container's own. Start starts that container. CommitBase stops the server cleanly, copies the data into a
// container of the service's image that never had the server's environment and files, and commits that. Clone starts
// scenarios from the image; they are ready within half a second, whatever the database's size.
//
// Passwords, the rest of the environment, and mounted files come from the Compose model at each run. They are never
// put into labels, images, their metadata or errors.
package database
