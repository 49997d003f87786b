package main

import (
	"os"
	"strings"
	"testing"
)

func TestASecondSignalSaysWhatItLeaves(t *testing.T) {
	signals, cancelled := make(chan os.Signal), make(chan struct{})
	ended := make(chan int, 1)
	var said strings.Builder
	go stopOn(signals, func() { close(cancelled) }, &said, func(status int) { ended <- status })
	signals <- os.Interrupt
	<-cancelled
	signals <- os.Interrupt
	if status := <-ended; status != 130 || !strings.Contains(said.String(), "devenv clean") {
		t.Errorf("exit status %d; it said %q", status, said.String())
	}
}
