package cli_test

import (
	"testing"

	"devenv/cmd/cli/clitest"
)

func TestMain(m *testing.M) { clitest.Main(m) }

func TestTheCommandLine(t *testing.T) { clitest.Run(t, updating()) }
