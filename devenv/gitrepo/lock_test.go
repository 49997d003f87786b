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

func TestWhoHoldsTheLockIsNamedByItsProcessOnlyWhereThatNumberIsItsOwn(t *testing.T) {
	here, elsewhere := process.Current(), process.Current()
	elsewhere.Namespaces = "another container's"
	for says, who := range map[string]process.Process{"(process 4711)": here, "in another container or on another machine": elsewhere} {
		who.PID = 4711
		content, err := json.Marshal(holder{PID: who.PID, Command: "reset", Since: time.Now(), Process: who})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "lock.json")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		held := heldBy("/work", path)
		if !strings.Contains(held.Error(), says) || strings.Contains(report.HintOf(held), "kill 4711") != (who.Namespaces == here.Namespaces) {
			t.Errorf("%v\n%s\nwant %q", held, report.HintOf(held), says)
		}
	}
}
