package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"devenv/devenv/sample"
)

// secrets plants secrets in a project whose application prints and raises everything it knows, runs devenv's commands
// on it, and searches everything that is left for them.
type secrets struct {
	*torture
	p       *project
	planted *canaries
	// bases are the layers of the official images, which contain nothing of the project's.
	bases map[string]bool
}

// spoken returns the commands whose output is searched, all with -v. Each starts from the state that the previous one
// left.
func spoken() [][]string {
	return [][]string{
		{"doctor"},
		{"init", "--dry-run"},
		{"up"},
		{"--format", "json", "status"},
		{"logs"},
		{"--format", "markdown", "new-migration", "Deposits and care notes"},
		{"--format", "json", "test-migration"},
		{"test-migration"},
		{"--format", "json", "reset", "--yes", "--to", "base"},
		{"snapshot", "save", keptName},
		{"snapshot", "list"},
		{"--format", "markdown", "snapshot", "restore", keptName, "--yes"},
		{"--format", "json", "undo", "--yes"},
		{"--format", "json", "clean", "--dry-run"},
		{"down"},
	}
}

// failing returns commands that end with an error in which the application reveals what it knows.
func failing() [][]string {
	return [][]string{
		{"test-migration"},
		{"--format", "json", "test-migration"},
		{"--format", "markdown", "new-migration", "Raise", "--keep"},
		{"up"},
		{"--format", "json", "up"},
	}
}

// run makes all attempts: all commands with the database's password in its environment and, because of what the
// base's images contain, once more with the password in a file.
func (s *secrets) run(ctx context.Context) error {
	if err := s.speakAndSearch(ctx, false); err != nil || s.short {
		return err
	}
	byFile := *s.torture
	byFile.commands = []string{"reset"}
	return (&secrets{torture: &byFile}).speakAndSearch(ctx, true)
}

// speakAndSearch runs the commands and searches everything.
func (s *secrets) speakAndSearch(ctx context.Context, passwordFile bool) (err error) {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if passwordFile {
		if err := s.p.write("private/postgres.env", "POSTGRES_PASSWORD_FILE=/run/secrets/db_password\n"); err != nil {
			return err
		}
	}
	defer func() { _ = s.p.close(ctx) }() // closing the place removes what is left
	watching, stop := context.WithCancel(ctx)
	seen := make(chan []string, 1)
	go func() { seen <- s.watchMachine(watching) }()
	err = s.speak(ctx, "printed", spoken())
	if err == nil {
		err = s.p.write("backend/RAISE", "")
	}
	if err == nil {
		err = s.speak(ctx, "raised", failing())
	}
	if err == nil {
		err = s.speakOfAPort(ctx)
	}
	stop()
	s.judge("while it ran", "process lists, labels", <-seen)
	if err != nil {
		return err
	}
	return s.searchAll(ctx)
}

// prepare creates the project and plants its secrets.
func (s *secrets) prepare(ctx context.Context) (err error) {
	s.planted = newCanaries()
	s.place.edit = func(dir string) error {
		ignore, err := os.OpenFile(filepath.Join(dir, ".gitignore"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		if _, err = fmt.Fprint(ignore, "/.env\n/private/\n"); err != nil {
			return err
		}
		if err := ignore.Close(); err != nil {
			return err
		}
		dockerfile, err := os.ReadFile(filepath.Join(dir, "backend/Dockerfile"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "backend/Dockerfile"),
			[]byte(labelled(string(dockerfile), s.place.id)), 0o644); err != nil {
			return err
		}
		return s.planted.plant(dir, "tracked", s.place.id)
	}
	s.p, err = s.place.newProject(ctx)
	s.place.edit = nil
	if err != nil {
		return err
	}
	if err := s.planted.plant(s.p.dir, "ignored", s.place.id); err != nil {
		return err
	}
	s.bases = map[string]bool{}
	for _, image := range []string{"postgres:17", "debian:trixie-slim"} {
		layers, err := dockerLines(ctx, "image", "inspect", "--format", "{{range .RootFS.Layers}}{{println .}}{{end}}", image)
		if err != nil {
			return err
		}
		for _, layer := range layers {
			s.bases[strings.TrimPrefix(layer, "sha256:")] = true
		}
	}
	fmt.Fprintf(s.progress, "%d secrets are planted in %s\n", len(s.planted.all), s.p.dir)
	return nil
}

// speak runs commands and searches their output.
func (s *secrets) speak(ctx context.Context, done string, commands [][]string) error {
	for _, args := range commands {
		if !s.wanted(commandOf(args)) {
			continue
		}
		r, err := s.p.devenv(ctx, nil, append([]string{"-v"}, args...)...)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.progress, "devenv %s: exit %d, %s\n", strings.Join(args, " "), r.exit, r.took.Round(time.Millisecond))
		s.judge(strings.Join(args, " "), done, s.places(r.stdout, "in the result"), s.places(r.stderr, "in the progress"))
	}
	return nil
}

// commandOf returns the command in a list of arguments.
func commandOf(args []string) string {
	if args[0] == "--format" {
		args = args[2:]
	}
	if args[0] == "snapshot" {
		return "snapshot " + args[1]
	}
	return args[0]
}

// speakOfAPort runs commands that cannot even load the project: a secret is used as a port by mistake.
func (s *secrets) speakOfAPort(ctx context.Context) error {
	content, err := s.p.read(composePath)
	if err != nil {
		return err
	}
	if err := s.p.write(composePath, strings.Replace(content, "  backend:\n", "  backend:\n    ports: [\"${PORT_PASSWORD}:8080\"]\n",
		1)); err != nil {
		return err
	}
	err = s.speak(ctx, "an invalid port", [][]string{
		{"status"},
		{"--format", "json", "up"},
		{"--format", "markdown", "reset", "--yes"},
		{"up"},
	})
	_, gitErr := git(ctx, s.p.dir, "checkout", "-q", sample.FeatureBranch, "--", composePath)
	if err == nil {
		err = gitErr
	}
	return err
}

// places reports for each secret in a text where it was.
func (s *secrets) places(text, where string) []string {
	var found []string
	for line := range strings.Lines(text) {
		for _, name := range s.planted.in(line) {
			found = append(found, name+" "+where+": "+excerpt(line, s.planted.all[name].core))
		}
	}
	return firstOfEach(found)
}

// excerpt returns the part of a line around a secret.
func excerpt(line, core string) string {
	before, after, _ := strings.Cut(strings.TrimSpace(line), core)
	return strings.ToValidUTF8(before[max(0, len(before)-60):]+core+after[:min(len(after), 15)], "")
}

// firstOfEach keeps the first place of each secret, and adds how many there are.
func firstOfEach(found []string) []string {
	count := map[string]int{}
	var kept []string
	for _, one := range found {
		name, _, _ := strings.Cut(one, ":")
		if count[name]++; count[name] == 1 {
			kept = append(kept, one)
		}
	}
	for i, one := range kept {
		name, _, _ := strings.Cut(one, ":")
		if count[name] > 1 {
			kept[i] = fmt.Sprintf("%s (%d times)", one, count[name])
		}
	}
	return kept
}

// judge adds an attempt, which is good if nothing was found.
func (s *secrets) judge(command, done string, found ...[]string) {
	f := finding{outcome: nothing}
	if all := slices.Concat(found...); len(all) > 0 {
		f = finding{leaked, strings.Join(all, "\n")}
	}
	s.table.add(attempt{command: "secrets", moment: command, done: done, finding: f})
}

// watchMachine searches the machine's processes and the descriptions of devenv's containers until ctx ends.
func (s *secrets) watchMachine(ctx context.Context) []string {
	var found []string
	for ctx.Err() == nil {
		paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, path := range paths {
			line, _ := os.ReadFile(path) // it may have ended
			text := strings.ReplaceAll(string(line), "\x00", " ")
			found = append(found, s.places(text, "in a process's arguments")...)
		}
		list, _ := exec.CommandContext(ctx, "docker", "ps", "-a", "--no-trunc", "--filter", "label=dev.devenv.root="+s.p.dir,
			"--format", "{{.Names}} {{.Command}} {{.Labels}}").Output()
		found = append(found, s.places(string(list), "in a container's name, command or labels")...)
		found = firstOfEach(found)
		pause(ctx, 200*time.Millisecond)
	}
	return found
}
