package compose_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"devenv/compose/engine"
	"devenv/compose/readiness"
	"devenv/devenv/report"
)

// checked returns the sign of a scratch container whose service has a healthcheck, as it is in the Compose file.
func (s scratch) checked(timeout time.Duration) readiness.Wanted {
	s.Helper()
	check, err := s.client.Healthcheck(s.Context(), s.service, s.id)
	if err != nil || !check.IsSet() {
		s.Fatalf("%+v, %v", check, err)
	}
	return readiness.Wanted{Check: check, Timeout: timeout}
}

func TestHealthchecksRunNoFasterThanTheyAnswer(t *testing.T) {
	const slow = `date +%s%3N >>/probes; sleep 0.7; date +%s%3N >>/probes; [ $$(wc -l </probes) -gt 6 ]`
	s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: sleep infinity
    healthcheck: {test: "`+slow+`", interval: 1h}
`, map[string]string{})
	got, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, s.checked(long))
	if err != nil || got.How != "healthcheck" {
		t.Fatalf("%q, %v", got.How, err)
	}
	times := strings.Fields(s.run("cat /probes"))
	if len(times) != 8 {
		t.Fatalf("four probes wrote %v", times)
	}
	for i := 1; i+1 < len(times); i += 2 {
		if pause := milliseconds(t, times[i+1]) - milliseconds(t, times[i]); pause < 700 {
			t.Errorf("the pause after probe %d was %d ms, and the probe took more", (i+1)/2, pause)
		}
	}
	if got, err = readiness.Stay(t.Context(), got, 100*time.Millisecond); err != nil {
		t.Errorf("%q, %v", got.How, err)
	}
	if again := strings.Fields(s.run("cat /probes")); len(again) != 10 {
		t.Errorf("a ready service was probed %d times, want once", (len(again)-len(times))/2)
	}
}

func milliseconds(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOneFailedProbeLeavesAServiceHealthy(t *testing.T) {
	s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: sleep infinity
    healthcheck: {test: ["CMD-SHELL", "echo >>/probes; test -e /sick || [ $$(wc -l </probes) != 2 ] && test ! -e /sick"], retries: 2}
`, map[string]string{})
	shown, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, s.checked(long))
	if err != nil {
		t.Fatal(err)
	}
	const watch = 50 * time.Millisecond
	if _, err = readiness.Stay(t.Context(), shown, watch); err != nil || s.run("wc -l </probes") != "3\n" {
		t.Errorf("the second probe failed and the third passed: %v", err)
	}
	s.run("touch /sick")
	_, err = readiness.Stay(t.Context(), shown, watch)
	if err == nil || !strings.Contains(err.Error(), "it did not stay ready: its healthcheck is unhealthy") || s.run("wc -l </probes") != "5\n" {
		t.Errorf("after two failures: %v", err)
	}
}

func TestStartPeriodPutsOffBeingUnhealthy(t *testing.T) {
	for period, want := range map[string]string{"1h": "starting", "1ms": "unhealthy"} {
		t.Run(want, func(t *testing.T) {
			s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: sleep infinity
    healthcheck: {test: "false", retries: 1, start_period: `+period+`}
`, map[string]string{})
			_, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, s.checked(time.Second))
			if err == nil || !strings.Contains(err.Error(), "its healthcheck is "+want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestProbesThatHangOrCannotRunFail(t *testing.T) {
	s := newScratch(t, `
services:
  app: {image: "debian:trixie-slim", command: sleep infinity}
`, map[string]string{})
	e := s.client.Engine()
	for said, check := range map[string]engine.Healthcheck{
		"it took longer than 300ms\nbegun": {Command: []string{"sh", "-c", "echo begun; sleep 1000; true"}, Timeout: 300 * time.Millisecond},
		"nowhere":                          {Command: []string{"/nowhere"}, Timeout: time.Minute},
	} {
		passed, got, err := e.Probe(t.Context(), s.id, check)
		if passed || err != nil || !strings.Contains(got, said) {
			t.Errorf("%v: %t, %q, %v", check.Command, passed, got, err)
		}
	}
	if left := s.run(`cat /proc/[0-9]*/cmdline | tr '\0' ' '`); strings.Contains(left, "1000") {
		t.Errorf("what hung still runs: %s", left)
	}
}

func TestContainerThatEndsWhileProbedHasEnded(t *testing.T) {
	s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: sh -c "sleep 0.5; echo last words; exit 3"
    healthcheck: {test: "false"}
`, map[string]string{})
	_, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, s.checked(long))
	if err == nil || !strings.Contains(err.Error(), "it exited with status 3") ||
		!strings.Contains(strings.Join(report.OutputOf(err), "\n"), "last words") {
		t.Errorf("%v", err)
	}
}

func TestAServiceThatDoesNothingIsEndedEarly(t *testing.T) {
	for name, sign := range map[string]string{"healthcheck": `
    healthcheck: {test: 'i=0; while [ $$i -lt 60000 ]; do i=$$((i+1)); done; false'}`, "port": ""} {
		t.Run(name, func(t *testing.T) {
			s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: sh -c "echo waiting for the queue; exec sleep infinity"`+sign, map[string]string{})
			ready := readiness.Wanted{Timeout: long, Patient: true, Idle: 20 * time.Second}
			if sign != "" {
				ready.Check = s.checked(long).Check
			}
			_, err := readiness.Wait(t.Context(), s.client.Engine(), s.id, ready)
			var late readiness.Late
			if !errors.As(err, &late) || !late.Idle || !strings.Contains(err.Error(), "had done nothing for 20s") ||
				!slices.Contains(report.OutputOf(err), "waiting for the queue") || !strings.Contains(report.HintOf(err), "how far it came") {
				t.Errorf("%v\n%s", err, report.HintOf(err))
			}
		})
	}
}
