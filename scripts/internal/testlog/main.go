// Command testlog reads `go test -json` on its standard input and prints it for
// people: packages as they end, failures with their output, the slowest ten, and
// as the last line "N passed, N failed, N skipped".
//
//	go test -json ./... | testlog [-failed NAME]... [-no-skips]
//
// -failed names a check that failed elsewhere, which counts as one failure. It
// exits 1 when anything failed, or with -no-skips when anything was skipped.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(command(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func command(args []string, in io.Reader, out, problems io.Writer) int {
	var elsewhere []string
	flags := flag.NewFlagSet("testlog", flag.ContinueOnError)
	flags.SetOutput(problems)
	flags.Func("failed", "`name` of a check that failed elsewhere", func(name string) error {
		elsewhere = append(elsewhere, name)
		return nil
	})
	noSkips := flags.Bool("no-skips", false, "a skipped test is a failure")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	r := &run{tally: newTally(), out: out}
	err := read(in, r.take, func(line string) { fmt.Fprint(out, line) })
	if err != nil {
		fmt.Fprintln(problems, err)
		elsewhere = append(elsewhere, "the stream of test events")
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
