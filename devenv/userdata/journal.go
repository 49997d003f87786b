package userdata

import (
	"strconv"
	"time"

	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
)

// exchangeRecord is the record of the worktree's state that holds the exchange under way.
const exchangeRecord = "exchange"

// Journal is what is written down of an exchange of the user's own data: all that is needed to end it after a crash.
type Journal struct {
	Command string         `json:"command"`
	At      time.Time      `json:"at"`
	Store   database.Store `json:"store"`
	// Server is the database's container; Stopped are those to start again, in order, the server among them if it ran.
	Server  string   `json:"server"`
	Stopped []string `json:"stopped"`
	// From is where the new data comes from; Moves says that what is kept goes back itself, and no copy of it.
	From  database.Source `json:"from"`
	Moves bool            `json:"moves,omitempty"`
	// Snapshot is the name under which the store keeps what is replaced; empty when there was no data. Replaced says what that is.
	Snapshot string                `json:"snapshot,omitempty"`
	Replaced database.SnapshotMeta `json:"replaced,omitzero"`
	// To says what the data is exchanged for; empty when it only stands still.
	To string `json:"to"`
	// Undoes is when the exchange was begun that this one takes back; zero when it takes none back.
	Undoes time.Time `json:"undoes,omitzero"`
}

// UnderWay returns the journal of an exchange that is under way in the worktree, or was cut off; nil where there is none.
func UnderWay(repo *gitrepo.Repo) (*Journal, error) {
	var j Journal
	found, err := repo.Record(exchangeRecord).Read(&j)
	if err != nil || !found {
		return nil, err
	}
	return &j, nil
}

// write writes it down.
func (j Journal) write(repo *gitrepo.Repo) error { return repo.Record(exchangeRecord).Write(j) }

// id names the exchange in the store.
func (j Journal) id() string { return swapID(j.At) }

// swapID names an exchange by when it was begun.
func swapID(at time.Time) string { return strconv.FormatInt(at.UnixNano(), 10) }

// swap returns what the store is asked to do.
func (j Journal) swap() database.Swap {
	keep := j.Snapshot
	if keep == "" {
		keep = "nothing"
	}
	return database.Swap{ID: j.id(), From: j.From, Moves: j.Moves, Keep: keep}
}

// Exchanged says what became of the user's own database.
type Exchanged struct {
	Service string `json:"service"`
	// Place is where the data lies: "volume app_pgdata", "directory …".
	Place string `json:"place"`
	// To says what the data is now.
	To string `json:"to"`
	// Snapshot is the name under which what was there is kept, beside the data; empty when nothing was.
	Snapshot string `json:"snapshot"`
	// Undoes says that undo did it, which itself is not undone.
	Undoes bool `json:"undoes,omitempty"`
	DryRun bool `json:"dry_run,omitempty"`
}

// Exchanged returns what becomes of the database once the exchange is completed.
func (j Journal) Exchanged() Exchanged {
	return Exchanged{Service: j.Store.Service, Place: j.Store.String(), To: j.To, Snapshot: j.Snapshot, Undoes: !j.Undoes.IsZero()}
}
