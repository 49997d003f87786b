package cli_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/cmd/cli"
)

// updating reports whether to write the golden files: "go test ./cmd/cli -update". A library in the binary may have
// declared that flag already.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

var _ = declareUpdate()

func declareUpdate() bool {
	return flag.Lookup("update") == nil && *flag.Bool("update", false, "update the golden files")
}

func TestHelpMatchesTheGoldenFiles(t *testing.T) {
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

func TestHelpFitsAndStatesExitStatusesAndExamples(t *testing.T) {
	for _, command := range commands(t, "") {
		text := help(t, command)
		for line := range bytes.Lines(text) {
			if n := len([]rune(strings.TrimRight(string(line), "\n"))); n > 110 {
				t.Errorf("%q: a line of %d columns: %s", command, n, line)
			}
		}
		for _, part := range []string{"Exit status: 0", "Examples:"} {
			if !bytes.Contains(text, []byte(part)) {
				t.Errorf("%q: help does not contain %q", command, part)
			}
		}
	}
}

// commands returns all subcommands of a command, as shell completion lists them, and the command itself.
func commands(t *testing.T, of string) []string {
	t.Helper()
	out := printed(t, append(append([]string{"__complete"}, strings.Fields(of)...), "")...)
	all := []string{of}
	for line := range strings.Lines(string(out)) {
		name, _, described := strings.Cut(strings.TrimSpace(line), "\t")
		if described && name != "help" && name != "completion" && !strings.HasPrefix(name, "-") {
			all = append(all, commands(t, strings.TrimSpace(of+" "+name))...)
		}
	}
	return all
}

// help returns what "devenv COMMAND --help" prints to standard output.
func help(t *testing.T, command string) []byte {
	t.Helper()
	return printed(t, append(strings.Fields(command), "--help")...)
}

// printed returns what a command line writes to standard output. It runs in this process: there are a hundred of them,
// and starting the binary takes longer than the command.
func printed(t *testing.T, args ...string) []byte {
	t.Helper()
	streams := cli.Streams{Env: func(name string) string { return map[string]string{"CI": "true"}[name] }}
	for _, file := range []**os.File{&streams.In, &streams.Out, &streams.Err} {
		made, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer made.Close()
		*file = made
	}
	if status := cli.Run(t.Context(), streams, args); status != 0 {
		t.Fatalf("devenv %s: exit status %d", strings.Join(args, " "), status)
	}
	out, err := os.ReadFile(streams.Out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return out
}
