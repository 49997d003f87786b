package database

import (
	"testing"
	"time"
)

func TestLockFileNamesItsHolder(t *testing.T) {
	t.Parallel()
	for lock, want := range map[string]Holder{
		"": {Since: time.Unix(0, 0)},
		"1\n/var/lib/postgresql/data\n1790000000\n5432\n/var/run/postgresql\n*\n": {
			Process: 1, Directory: "/var/lib/postgresql/data",
			Since: time.Unix(1790000000, 0),
		},
		"devenv exchange 7 of the data in this directory: …\n": {Since: time.Unix(0, 0), Devenv: true},
	} {
		if got := (ServerFiles{Lock: lock}).Holder(); got != want {
			t.Errorf("%q is of %+v, want %+v", lock, got, want)
		}
	}
}
