package userdata

import (
	"slices"
	"strconv"
	"time"

	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
)

// exchangeRecord is the record of the worktree's state that holds the current exchange.
const exchangeRecord = "exchange"

// Journal is the record of an exchange of the user's own data: all that is needed to complete it after a crash.
type Journal struct {
	Command string         `json:"command"`
	At      time.Time      `json:"at"`
	Store   database.Store `json:"store"`
	// Server is the database's container. Stopped are those to start again, in order, including the server if it was
	// running.
	Server  string   `json:"server"`
	Stopped []string `json:"stopped"`
	// Left are those that stay stopped once the new data is in place; without it, they start last.
	Left []LeftStopped `json:"left,omitempty"`
	// From is where the new data comes from; Moves is set if kept data itself is moved back instead of a copy.
	From  database.Source `json:"from"`
	Moves bool            `json:"moves,omitempty"`
	// Snapshot is the name under which the store keeps the old data, empty if there was none; Replaced describes that
	// data.
	Snapshot string                `json:"snapshot,omitempty"`
	Replaced database.SnapshotMeta `json:"replaced,omitzero"`
	// To describes the new data; empty if the database is only stopped for a while.
	To string `json:"to"`
	// Undoes is the start time of the exchange that this one takes back; zero if it takes none back.
	Undoes time.Time `json:"undoes,omitzero"`
}

// LeftStopped is a container that uses the database and stays stopped.
type LeftStopped struct {
	ID      string `json:"id"`
	Service string `json:"service"`
}

// Doing tells what the command does while the journal is there.
func (j Journal) Doing() string {
	if j.To == "" {
		return "has stopped " + j.Store.Service + " for a moment, to copy its data"
	}
	return "is replacing the data of " + j.Store.Service
}

// stopped returns the containers that the exchange stops, in the order in which they would start.
func (j Journal) stopped() []string {
	all := slices.Clone(j.Stopped)
	for _, l := range j.Left {
		all = append(all, l.ID)
	}
	return all
}

// UnderWay returns the journal of an exchange that is in progress in the worktree, or was interrupted; nil if there is
// none.
func UnderWay(repo *gitrepo.Repo) (*Journal, error) {
	var j Journal
	found, err := repo.Record(exchangeRecord).Read(&j)
	if err != nil || !found {
		return nil, err
	}
	return &j, nil
}

// write stores the journal.
func (j Journal) write(repo *gitrepo.Repo) error { return repo.Record(exchangeRecord).Write(j) }

// id returns the exchange's name in the store.
func (j Journal) id() string { return swapID(j.At) }

// swapID returns the name of the exchange that began at a time.
func swapID(at time.Time) string { return strconv.FormatInt(at.UnixNano(), 10) }

// swap returns the request to the store.
func (j Journal) swap() database.Swap {
	keep := j.Snapshot
	if keep == "" {
		keep = "nothing"
	}
	return database.Swap{ID: j.id(), From: j.From, Moves: j.Moves, Keep: keep}
}

// Exchanged is what became of the user's own database.
type Exchanged struct {
	Service string `json:"service"`
	// Location is where the data is: "volume app_pgdata", "directory …".
	Location string `json:"place"`
	// To describes the data it has now.
	To string `json:"to"`
	// Snapshot is the name under which the old data is kept, next to the new; empty if there was none.
	Snapshot string `json:"snapshot"`
	// Undoes is set if undo did it, because an undo cannot be undone itself.
	Undoes bool `json:"undoes,omitempty"`
	// Stopped are the services that use the database and were not started again.
	Stopped []string `json:"stopped,omitempty"`
	DryRun  bool     `json:"dry_run,omitempty"`
	// Empty is set in a dry run if there is no data yet that would be replaced.
	Empty bool `json:"empty,omitempty"`
}

// Exchanged returns what becomes of the database once the exchange is completed.
func (j Journal) Exchanged() Exchanged {
	done := Exchanged{Service: j.Store.Service, Location: j.Store.String(), To: j.To, Snapshot: j.Snapshot, Undoes: !j.Undoes.IsZero()}
	for _, l := range j.Left {
		done.Stopped = append(done.Stopped, l.Service)
	}
	return done
}
