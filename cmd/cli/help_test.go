package cli_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// updating says that the golden files are to be written: "go test ./cmd/cli -update". Some library that gets into the
// binary declares the flag already.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

var _ = declareUpdate()

func declareUpdate() bool {
	return flag.Lookup("update") == nil && *flag.Bool("update", false, "write what the commands print into the golden files")
}

func TestHelpTextsAreAsTheGoldenFilesHaveThem(t *testing.T) {
	for _, command := range commands(t, "") {
		name := strings.ReplaceAll(command, " ", "-") + ".golden"
		if command == "" {
			name = "devenv.golden"
		}
		t.Run(strings.TrimSuffix(name, ".golden"), func(t *testing.T) {
			got := help(t, command)
			golden := filepath.Join("testdata", "help", name)
			if updating() {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("help differs from %s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

func TestHelpTextsFitIntoAHundredAndTenColumnsAndSayTheExitStatuses(t *testing.T) {
	for _, command := range commands(t, "") {
		text := help(t, command)
		for line := range bytes.Lines(text) {
			if n := len([]rune(strings.TrimRight(string(line), "\n"))); n > 110 {
				t.Errorf("%q: a line of %d columns: %s", command, n, line)
			}
		}
		for _, part := range []string{"Exit status: 0", "Examples:"} {
			if !bytes.Contains(text, []byte(part)) {
				t.Errorf("%q: help does not hold %q", command, part)
			}
		}
	}
}

// commands are all that devenv has below a command, as the shell's completion lists them, and the command itself.
func commands(t *testing.T, of string) []string {
	t.Helper()
	out, err := exec.Command("devenv", append(append([]string{"__complete"}, strings.Fields(of)...), "")...).Output()
	if err != nil {
		t.Fatal(err)
	}
	all := []string{of}
	for line := range strings.Lines(string(out)) {
		name, _, described := strings.Cut(strings.TrimSpace(line), "\t")
		if described && name != "help" && name != "completion" && !strings.HasPrefix(name, "-") {
			all = append(all, commands(t, strings.TrimSpace(of+" "+name))...)
		}
	}
	return all
}

// help is what "devenv COMMAND --help" prints to standard output.
func help(t *testing.T, command string) []byte {
	t.Helper()
	args := append(strings.Fields(command), "--help")
	c := exec.Command("devenv", args...) // TestMain puts it on PATH
	c.Env = append(os.Environ(), "CI=true")
	out, err := c.Output()
	if err != nil {
		t.Fatalf("devenv %s: %v", strings.Join(args, " "), err)
	}
	return out
}
