// Command torture tries to make devenv lose the user's work or leak their secrets. It uses the built program, copies
// of the sample project and a real engine. It prints a line for each attempt and, as the last line, "N attempts, N
// lost, N leaked".
//
//	torture -devenv BINARY [-short] [-every 150ms] [-limit N] [-only COMMAND] [cuts|starts|secrets|key]...
//
// It exits with 1 if anything was lost or leaked, and with 2 if an attempt could not be made.
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
	// every is the interval between moments while nothing happens; limit is how many moments of a command are tried, 0
	// means all.
	every time.Duration
	limit int
	// short tries only the decisive commands, at the decisive moments.
	short bool
	// commands are those to try; none means all.
	commands []string
}

// wanted reports whether to try a command.
func (t *torture) wanted(command string) bool {
	return len(t.commands) == 0 || slices.Contains(t.commands, command)
}

// shorten keeps what fits into a minute: the commands that need no base, once in each way.
func (t *torture) shorten() {
	t.short, t.limit, t.commands = true, 1, []string{"snapshot save", "snapshot restore", "up"}
}

func command(ctx context.Context, args []string, out, progress io.Writer) (status int) {
	t := &torture{place: &place{}, table: &table{out: out}, progress: progress}
	var compose string
	flags := flag.NewFlagSet("torture", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.StringVar(&t.place.binary, "devenv", "", "the built `program`")
	flags.StringVar(&compose, "compose", "", "the `command` of Docker Compose; without it, Compose is not tried")
	flags.BoolVar(&t.place.bind, "bind", false, "keep the data in a directory of the project, not in a volume")
	flags.DurationVar(&t.every, "every", 150*time.Millisecond, "the `time` between two moments at which nothing is seen to happen")
	flags.IntVar(&t.limit, "limit", 0, "how many moments of a command to try in each way; 0 tries all")
	flags.Func("only", "the `command` to try, for example reset; default: all", func(name string) error {
		t.commands = append(t.commands, name)
		return nil
	})
	short := flags.Bool("short", false, "try only what fits into a minute")
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

// run makes the attempts of the named parts, or of all.
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
