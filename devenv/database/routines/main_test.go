package routines

import (
	"os"
	"testing"

	"devenv/devenv/database/internal/databasetest"
)

// servers are shared by this package's tests.
var servers databasetest.Servers

func TestMain(m *testing.M) { os.Exit(servers.Run(m)) }
