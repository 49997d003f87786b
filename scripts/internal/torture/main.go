// Command torture tries to make devenv lose the user's work or let their secrets out, by the built program, on copies of the
// sample project and a real engine. It prints a line for each attempt and, as the last line, "N attempts, N lost, N leaked".
//
//	torture -devenv BINARY [-short] [-every 150ms] [-limit N] [-only COMMAND] [cuts|starts|secrets|key]...
//
// It exits 1 when anything was lost or leaked, and 2 when an attempt could not be made.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// torture is what all parts share.
type torture struct {
	place    *place
	table    *table
	progress io.Writer
	// every is the time between two moments where nothing is seen; limit is how many moments of a command are tried, 0 is all.
	every time.Duration
	limit int
	// short tries only what decides, where it decides.
	short bool
	// commands are those that are tried; none is all.
	commands []string
}

// wanted reports whether a command is tried.
func (t *torture) wanted(command string) bool {
	return len(t.commands) == 0 || slices.Contains(t.commands, command)
}

// shorten keeps what a minute allows: the commands that need no base, once in each way.
func (t *torture) shorten() {
	t.short, t.limit, t.commands = true, 1, []string{"snapshot save", "snapshot restore", "up"}
}

func command(ctx context.Context, args []string, out, progress io.Writer) (status int) {
	t := &torture{place: &place{}, table: &table{out: out}, progress: progress}
	var compose string
	flags := flag.NewFlagSet("torture", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.StringVar(&t.place.binary, "devenv", "", "the built `program`")
	flags.StringVar(&compose, "compose", "", "the `command` that is Docker Compose; without it, it is not tried")
	flags.BoolVar(&t.place.bind, "bind", false, "the data lies in a directory of the project, not in a volume")
	flags.DurationVar(&t.every, "every", 150*time.Millisecond, "the `time` between two moments at which nothing is seen to happen")
	flags.IntVar(&t.limit, "limit", 0, "how many moments of a command are tried in each way; 0 tries all")
	flags.Func("only", "the `command` that is tried, for example reset; all without it", func(name string) error {
		t.commands = append(t.commands, name)
		return nil
	})
	short := flags.Bool("short", false, "try only what a minute allows")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	t.place.compose = strings.Fields(compose)
	if *short {
		t.shorten()
	}
	if err := t.run(ctx, flags.Args()); err != nil {
		fmt.Fprintln(progress, err)
		return 2
	}
	fmt.Fprintf(out, "\n%s\n", t.table)
	if t.table.failed() {
		return 1
	}
	return 0
}

// run makes the attempts of the parts that are named, of all for none.
func (t *torture) run(ctx context.Context, names []string) (err error) {
	t.place.id = random(hexDigits, 8)
	if t.place.dir, err = os.MkdirTemp("", "devenv-torture-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.place.close()) }()
	parts := map[string]func(context.Context) error{
		"cuts":    (&cuts{torture: t}).run,
		"starts":  (&starts{torture: t}).run,
		"key":     (&key{torture: t}).run,
		"secrets": (&secrets{torture: t}).run,
	}
	if len(names) == 0 {
		names = []string{"cuts", "starts", "secrets", "key"}
	}
	for _, name := range names {
		part := parts[name]
		if part == nil {
			return fmt.Errorf("there is no part %q", name)
		}
		if err := part(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
