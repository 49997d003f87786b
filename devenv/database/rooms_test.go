package database

import "devenv/devenv/database/internal/databasetest"

// servers are those of the tests of SQL.
var servers databasetest.Servers
