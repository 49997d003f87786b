package database

import (
	"context"
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
)

func TestRunningServerWithoutItsDataIsAFailure(t *testing.T) {
	enginetest.Images(t, "debian:trixie-slim")
	e := enginetest.Require(t)
	label, value := testLabel()
	volume := engine.Mount{Type: "volume", Name: newName() + "-running-" + value, Target: "/var/lib/postgresql/data"}
	if err := e.CreateVolume(t.Context(), volume.Name, map[string]string{label: value}); err != nil {
		t.Fatal(err)
	}
	id, err := e.CreateScript(t.Context(), engine.Script{
		Image: "debian:trixie-slim", Text: "exec sleep infinity", Mounts: []engine.Mount{volume}, Labels: map[string]string{label: value},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if err := e.Remove(ctx, id); err != nil {
			t.Error(err)
		}
		if err := e.RemoveVolume(ctx, volume.Name); err != nil {
			t.Error(err)
		}
	})
	if err := CheckRunning(t.Context(), e, "db", id); err != nil {
		t.Errorf("a stopped server needs no data: %v", err)
	}
	if err := e.Start(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for script, says := range map[string]string{"mkdir -p global; echo x > global/pg_control": "", "rm -rf global": "has been removed"} {
		run := engine.ExecOptions{Cmd: []string{"sh", "-c", script}, WorkDir: volume.Target}
		if code, err := e.Exec(t.Context(), id, run); err != nil || code != 0 {
			t.Fatal(code, err)
		}
		if err := CheckRunning(t.Context(), e, "db", id); (err == nil) != (says == "") ||
			err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("after %q: %v", script, err)
		}
	}
}
