package onengine

import (
	"testing"

	"devenv/cmd/cli/clitest"
	"devenv/compose/engine/enginetest"
)

func TestMain(m *testing.M) { clitest.Main(m) }

func TestTheCommandLineOnAnEngine(t *testing.T) {
	enginetest.Images(t, "debian:trixie-slim", "postgres:17")
	clitest.Run(t, false)
}
