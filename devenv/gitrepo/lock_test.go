package gitrepo

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"devenv/devenv/process"
	"devenv/devenv/report"
)

func TestLockHolderIsNamedByItsProcess(t *testing.T) {
	here, elsewhere := process.Current(), process.Current()
	elsewhere.Namespaces = "another container's"
	for _, who := range []process.Process{here, elsewhere, {}} { // the last one is an older devenv's
		says, killed := "(process 4711)", true
		if who == elsewhere {
			says, killed = "in another container or on another machine", false
		}
		content, err := json.Marshal(holder{PID: 4711, Command: "reset", Since: time.Now(), Process: who})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "lock.json")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		held := heldBy("/work", path)
		if !strings.Contains(held.Error(), says) || strings.Contains(report.HintOf(held), "kill 4711") != killed {
			t.Errorf("%v\n%s\nwant %q", held, report.HintOf(held), says)
		}
	}
}
