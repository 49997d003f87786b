// Command devenv makes and proves database migrations for projects that run in Compose. Everything it does lies in
// devenv/cmd/cli and below; here are the process's signals and its only exit.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"devenv/cmd/cli"
)

// interrupted is the exit status of a second signal, the same as an interrupt that was cleaned up after.
const interrupted = 130

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		// somebody who asks twice does not want to wait for the cleaning: the next run does it
		<-signals
		os.Exit(interrupted)
	}()
	status := cli.Run(ctx, cli.Process(), os.Args[1:])
	os.Exit(status)
}
