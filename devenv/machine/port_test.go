package machine

import (
	"net"
	"os"
	"testing"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

func TestTheListeningProcessIsNamed(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", ":0"} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		port := listener.Addr().(*net.TCPAddr).Port
		if command, pid := listening(t.Context(), port); command != "machine.test" || int(pid) != os.Getpid() {
			t.Errorf("%s is held by %q (process %d)", address, command, pid)
		}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		if command, pid := listening(t.Context(), port); command != "" || pid != 0 {
			t.Errorf("%s is still held by %q (process %d)", address, command, pid)
		}
	}
}

func TestHolderIsNamedWithAHint(t *testing.T) {
	labels := map[string]string{engine.ProjectLabel: "app"}
	for said, c := range map[string]struct {
		holder Holder
		hint   string
	}{
		"start db: port 5432 is held by container app-db-1 of the Compose project app": {
			Holder{container: engine.Container{ID: "1", Name: "app-db-1", Labels: labels}}, "docker compose -p app stop",
		},
		"start db: port 5432 is held by container pg": {Holder{container: engine.Container{ID: "1", Name: "pg"}}, "docker stop pg"},
		"start db: port 5432 is held by postgres (process 4711)": {
			Holder{command: "postgres", pid: 4711}, "find the process: ss -ltnp 'sport = :5432'; then stop it, or publish another port",
		},
		"start db: port 5432 is held by another process": {
			Holder{}, "find the process: ss -ltnp 'sport = :5432'; then stop it, or publish another port",
		},
	} {
		err := Explain(Port{Number: 5432, Project: "app", Service: "db"}, c.holder)
		if err.Error() != said || report.HintOf(err) != c.hint || report.KindOf(err) != report.KindWork {
			t.Errorf("%v, hint %q; want %s, hint %q", err, report.HintOf(err), said, c.hint)
		}
	}
}
