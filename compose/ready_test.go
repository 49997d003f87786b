package compose_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"devenv/compose/readiness"
	"devenv/devenv/report"
)

// serve is a Perl program that listens on a port; append what it does with a connection.
const serve = `use IO::Socket::INET; $$|=1; my $$s=IO::Socket::INET->new(Listen=>5,ReuseAddr=>1,LocalAddr=>$$ENV{ON}||"0.0.0.0",LocalPort=>8123) or die; `

// server creates a container whose service runs a Perl program.
func server(t *testing.T, program, more string) scratch {
	t.Helper()
	return newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: ["perl", "-e", '`+program+`']
`+more, map[string]string{})
}

const answers = `while(my $$c=$$s->accept){my $$l=<$$c>; print $$c "HTTP/1.0 200 OK\r\n\r\n"; close $$c}`

// long is more than anything here takes, however busy the machine.
const long = 5 * time.Minute

func TestServiceIsReadyByTheConfiguredSign(t *testing.T) {
	s := server(t, `print "Serving on 1\n"; open(F,">","/tmp/up"); close F; `+serve+answers,
		"    healthcheck: {test: [\"CMD\", \"test\", \"-e\", \"/tmp/up\"], interval: 1h}\n")
	for want, ready := range map[string]readiness.Wanted{
		"healthcheck":                   s.checked(long),
		`its log contains "Serving on"`: {Log: "Serving on"},
		"listens on port 8123":          {Port: 8123},
	} {
		ready.Timeout = long
		got, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, ready)
		if err != nil || got.How != want {
			t.Errorf("%q after %s, %v, want %q", got.How, got.Took, err, want)
		}
	}
}

func TestServiceWithoutHealthcheckNeedsAnAnsweringPort(t *testing.T) {
	for name, test := range map[string]struct{ program, more string }{
		"it answers":            {serve + answers, ""},
		"it hangs up":           {serve + `close $$s->accept while 1`, ""},
		"only from inside":      {serve + answers, "    environment: {ON: 127.0.0.1}\n"},
		"it listens after that": {`select undef,undef,undef,0.5; ` + serve + answers, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := server(t, test.program, test.more)
			got, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, readiness.Wanted{Timeout: long})
			if err != nil || got.How != "listens on port 8123" {
				t.Errorf("%q after %s, %v", got.How, got.Took, err)
			}
		})
	}
}

func TestServiceIsReadyOnADeclaredPort(t *testing.T) {
	const metrics = `my $$m=IO::Socket::INET->new(Listen=>5,ReuseAddr=>1,LocalPort=>9100) or die; `
	s := server(t, `use IO::Socket::INET; `+metrics+`select undef,undef,undef,0.7; `+serve+answers, "")
	got, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, readiness.Wanted{Declared: []int{8123, 8124}, Timeout: long})
	if err != nil || got.How != "listens on port 8123" {
		t.Errorf("%q, %v", got.How, err)
	}
	_, err = readiness.Wait(t.Context(), s.client.Engine(), s.id, readiness.Wanted{Declared: []int{8124}, Timeout: time.Second})
	if err == nil || !strings.Contains(err.Error(), "none of its declared ports, 8124") {
		t.Errorf("%v", err)
	}
}

func TestListeningServiceThatExitsUnansweredIsNotReady(t *testing.T) {
	s := server(t, serve+`my $$c=$$s->accept; print "Worker failed to boot\n"; select undef,undef,undef,0.3; exit 3`, "")
	_, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, readiness.Wanted{Timeout: long})
	if err == nil || !strings.Contains(err.Error(), "exited with status 3") || !strings.Contains(strings.Join(report.OutputOf(err), "\n"),
		"failed to boot") {
		t.Errorf("%v", err)
	}
}

func TestServiceThatListensNowhereTimesOut(t *testing.T) {
	s := server(t, `$$|=1; print "idle\n"; sleep`, "")
	s.says("idle")
	for name, test := range map[string]struct {
		ready readiness.Wanted
		says  string
	}{
		"any port":     {readiness.Wanted{}, "listens on no port"}, // Docker's own name server in the container's network does not count
		"another port": {readiness.Wanted{Port: 9}, "does not listen on port 9"},
		"log":          {readiness.Wanted{Log: "Serving"}, `never contained "Serving"`},
		"URL":          {readiness.Wanted{URL: "http://127.0.0.1:8123/"}, "did not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			test.ready.Timeout = time.Second
			_, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, test.ready)
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "1s") ||
				!strings.Contains(report.HintOf(err), ".devenv.yaml") || len(report.OutputOf(err)) == 0 {
				t.Errorf("%v\n%s\n%s", err, report.HintOf(err), report.OutputOf(err))
			}
		})
	}
}

// says waits until the log contains a text.
func (s scratch) says(text string) {
	s.Helper()
	if _, err := readiness.Wait(s.Context(), s.client.Engine(), s.id, readiness.Wanted{Log: text, Timeout: long}); err != nil {
		s.Fatal(err)
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	s := server(t, `sleep`, "")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := readiness.Wait(ctx, s.client.Engine(), s.id, readiness.Wanted{Timeout: time.Minute}); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted wait is %v", err)
	}
}

func TestFailedServiceSaysWhyItIsNotReady(t *testing.T) {
	s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: sh -c "echo last words; exec sleep infinity"
    healthcheck: {test: ["CMD-SHELL", "echo a traceback; echo the probe says why; false"], interval: 1s, retries: 1}
`, map[string]string{})
	s.says("last words")
	told, ready := "", s.checked(2*time.Second)
	ready.Unhealthy = func(probe, log string) { told += probe + ", " + log }
	_, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, ready)
	if told != "the probe says why, last words" {
		t.Errorf("while it waited, it told %q", told)
	}
	said := strings.Join(report.OutputOf(err), "\n")
	if err == nil || !strings.Contains(err.Error(), "not ready within 2s") || !strings.Contains(said, "last words") ||
		!strings.Contains(said, "healthcheck: the probe says why") || strings.Contains(said, "traceback") {
		t.Errorf("%v\n%s", err, said)
	}
	if err := s.client.Engine().Kill(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	_, err = readiness.Wait(t.Context(), s.client.Engine(), s.id, readiness.Wanted{Timeout: long})
	if err == nil || !strings.Contains(err.Error(), "ended with SIGKILL through the engine") || !report.IsMachine(err) ||
		!strings.Contains(strings.Join(report.OutputOf(err), "\n"), "last words") {
		t.Errorf("%v", err)
	}
	if err := s.client.Engine().Remove(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	_, err = readiness.Wait(t.Context(), s.client.Engine(), s.id, readiness.Wanted{Timeout: long})
	if err == nil || !strings.Contains(err.Error(), "was removed through the engine") || !report.IsMachine(err) {
		t.Errorf("%v", err)
	}
}

func TestServiceWithoutPortIsReadyIfItStays(t *testing.T) {
	bot := `$$|=1; while(1){print "polling\n"; select undef,undef,undef,0.2}`
	for name, test := range map[string]struct {
		program  string
		declared []int
		want     string // how it is ready, or a part of the error
	}{
		"a bot":                      {bot, nil, "has run for 2s without listening on a port"},
		"one that listens meanwhile": {`select undef,undef,undef,0.5; ` + serve + answers, nil, "listens on port 8123"},
		"one that exits":             {`select undef,undef,undef,0.5; exit 3`, nil, "exited with status 3"},
		"a bot that declares a port": {bot, []int{8123}, "listens on none of its declared ports, 8123"},
	} {
		t.Run(name, func(t *testing.T) {
			s := server(t, test.program, "")
			ready := readiness.Wanted{Timeout: 5 * time.Second, StaysUp: 2 * time.Second, Declared: test.declared}
			got, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, ready)
			if how := got.How + fmt.Sprint(err); !strings.Contains(how, test.want) {
				t.Errorf("%s, want %q", how, test.want)
			}
		})
	}
}
