// Command devenv generates and tests database migrations for projects that run in Compose. Everything it does is in
// devenv/cmd/cli and below; this package only handles the process's signals and its exit.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"devenv/cmd/cli"
)

// interrupted is the exit status after a second signal, the same as for an interrupt after which devenv cleaned up.
const interrupted = 130

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, stopSignals()...)
	go stopOn(signals, cancel, os.Stderr, os.Exit)
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	go cancelOnClosedPipe(broken, cancel)
	status := cli.Run(ctx, cli.Process(), os.Args[1:])
	os.Exit(status)
}

// stopOn cancels at the first signal. Whoever sends a second one does not want to wait for the clean-up: it ends the
// process, and says what that leaves.
func stopOn(signals <-chan os.Signal, cancel func(), stderr io.Writer, exit func(status int)) {
	<-signals
	cancel()
	<-signals
	// If standard error cannot be written, there is nowhere left to say it.
	_, _ = io.WriteString(stderr, "\nstopped without cleaning up: the next run does that, or devenv clean; if data was being replaced, "+
		"devenv up completes that or leaves the data as it was\n")
	exit(interrupted)
}

// stopSignals returns the signals that ask devenv to stop. A terminal that is closed asks too, unless devenv was to
// outlive it (nohup).
func stopSignals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// cancelOnClosedPipe cancels when nobody reads the output any more ("devenv … | head"): otherwise the next write would
// kill the process and leave behind what it made. Other broken pipes and sockets cause ordinary errors.
func cancelOnClosedPipe(broken <-chan os.Signal, cancel func()) {
	for range broken {
		if readerClosed(os.Stdout) || readerClosed(os.Stderr) {
			cancel()
		}
	}
}

// readerClosed reports whether the other end of a pipe is closed.
func readerClosed(f *os.File) bool {
	asked := []unix.PollFd{{Fd: int32(f.Fd())}}
	n, err := unix.Poll(asked, 0)
	return err == nil && n > 0 && asked[0].Revents&unix.POLLERR != 0
}
