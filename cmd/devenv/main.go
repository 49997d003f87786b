// Command devenv makes and proves database migrations for projects that run in Compose. Everything it does lies in
// devenv/cmd/cli and below; here are the process's signals and its only exit.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"devenv/cmd/cli"
)

// interrupted is the exit status of a second signal, the same as an interrupt that was cleaned up after.
const interrupted = 130

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, asking()...)
	go func() {
		<-signals
		cancel()
		// somebody who asks twice does not want to wait for the cleaning: the next run does it
		<-signals
		os.Exit(interrupted)
	}()
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	go endUnread(broken, cancel)
	status := cli.Run(ctx, cli.Process(), os.Args[1:])
	os.Exit(status)
}

// asking are the signals that ask for the end: a terminal that goes away asks too, unless it was to be outlived (nohup).
func asking() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// endUnread cancels when nobody reads any more what is said ("devenv … | head"): without it, the first word to nobody would kill
// the process, and what it made would stay. Other pipes and sockets that break have their own errors.
func endUnread(broken <-chan os.Signal, cancel func()) {
	for range broken {
		if unread(os.Stdout) || unread(os.Stderr) {
			cancel()
		}
	}
}

// unread says whether the other end of a pipe is closed.
func unread(f *os.File) bool {
	asked := []unix.PollFd{{Fd: int32(f.Fd())}}
	n, err := unix.Poll(asked, 0)
	return err == nil && n > 0 && asked[0].Revents&unix.POLLERR != 0
}
