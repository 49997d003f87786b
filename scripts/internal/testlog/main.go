// Command testlog reads `go test -json` from its standard input and prints it for people: packages as they end,
// failures with their output, the time of each package and of the slowest tests, and as the last line "N passed, N
// failed, N skipped".
//
//	go test -json ./... | testlog [-failed FILE] [-no-skips]
//
// -failed is a file that, once the stream has ended, contains the names of checks that failed elsewhere, one per
// line, each of which counts as a failure; without the file there are none. It exits with 1 if anything failed or,
// with -no-skips, if anything was skipped.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

func main() { os.Exit(command(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func command(args []string, in io.Reader, out, problems io.Writer) int {
	flags := flag.NewFlagSet("testlog", flag.ContinueOnError)
	flags.SetOutput(problems)
	failed := flags.String("failed", "", "`file` with the names of checks that failed elsewhere")
	noSkips := flags.Bool("no-skips", false, "a skipped test is a failure")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	r := &run{tally: newTally(), out: out}
	err := read(in, r.take, func(line string) { fmt.Fprint(out, line) })
	elsewhere, listErr := namesIn(*failed)
	if err != nil {
		fmt.Fprintln(problems, err)
		elsewhere = append(elsewhere, "the stream of test events")
	}
	if listErr != nil {
		fmt.Fprintln(problems, listErr)
		elsewhere = append(elsewhere, "the list of other checks")
	}
	sum := r.summarise(elsewhere)
	switch {
	case sum.failed > 0:
		return 1
	case *noSkips && sum.skipped > 0:
		fmt.Fprintln(problems, "Tests were skipped, which counts as a failure here.")
		return 1
	}
	return 0
}

// namesIn returns the lines of a file; none if the file does not exist.
func namesIn(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return strings.FieldsFunc(string(content), func(r rune) bool { return r == '\n' }), err
}
