package compose_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
	"devenv/compose/readiness"
	"devenv/devenv/report"
)

// userStack is a user's own stack, started as up starts it.
type userStack struct {
	client  *compose.Client
	project *types.Project
	made    map[string]engine.Container
}

func newUserStack(t *testing.T, text string) userStack {
	t.Helper()
	enginetest.Images(t, "debian:trixie-slim")
	s := userStack{client: connect(t)}
	name := fmt.Sprintf("devenv-test-lives-%d", os.Getpid())
	var err error
	if s.project, err = s.client.Load(t.Context(), compose.LoadOptions{
		WorkingDir:  writeFiles(t, map[string]string{"compose.yaml": text}),
		ProjectName: name,
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.client.UserStack(s.project).Down(context.WithoutCancel(t.Context()), true, true); err != nil {
			t.Error(err)
		}
	})
	if err := s.client.UserStack(s.project).CreateAll(t.Context(), false, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if s.made, err = s.client.UserStack(s.project).Containers(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// start starts a service and waits until it is ready and has stayed so. It returns the sign, or the failure with its
// output.
func (s userStack) start(t *testing.T, service string, watch time.Duration) (how, failure string) {
	t.Helper()
	if err := s.client.UserStack(s.project).Start(t.Context(), service); err != nil {
		t.Fatal(err)
	}
	shown, err := s.client.UserStack(s.project).Wait(t.Context(), service, s.made[service].ID, readiness.Wanted{Timeout: long})
	if err == nil {
		shown, err = readiness.Stay(t.Context(), shown, watch)
	}
	if err != nil {
		return "", err.Error() + "\n" + strings.Join(report.OutputOf(err), "\n")
	}
	return shown.How, ""
}

// failsTwice is the beginning of a script that fails twice and prints how often it was started.
const failsTwice = `echo >>/begun; n=$$(wc -l </begun); echo "begun $$n"; [ $$n = 3 ] || exit 4; `

func TestExitingOrRestartingServicesAreNeverReady(t *testing.T) {
	s := newUserStack(t, `
x-app: &app {image: "debian:trixie-slim", stop_grace_period: 0s}
services:
  loops: {<<: *app, restart: unless-stopped, ports: ["8000"], command: [sh, -c, "echo cannot start; exit 1"]}
  well: {<<: *app, restart: always, command: ["true"]}
  tries: {<<: *app, restart: "on-failure:2", command: [sh, -c, exit 5]}
  listens: {<<: *app, restart: always, ports: ["8123"], command: [perl, -e, '`+serve+`my $$c=$$s->accept; print $$c "200"; close $$c; print "gone\n"; exit 6']}
  worker: {<<: *app, command: [sh, -c, "echo lost; sleep 0.5; exit 3"]}
  sick: {<<: *app, command: [sleep, infinity], healthcheck: {test: mkdir /first, interval: 1s, retries: 1}}
  scaled: {<<: *app, restart: always, scale: 2, volumes: ["shared:/shared"], command: [sh, -c, "mkdir /shared/taken && exec sleep infinity"]}
  idle: {<<: *app, command: [sleep, infinity]}
  done: {<<: *app, command: ["true"]}
  third: {<<: *app, restart: on-failure, ports: ["8123"], command: [sh, -c, '`+failsTwice+`exec perl -e "$$0"', '`+serve+answers+`']}
  job: {<<: *app, restart: on-failure, command: [sh, -c, '`+failsTwice+`']}
  endless: {<<: *app, restart: always, command: ["true"]}
  waits: {<<: *app, depends_on: {job: &ended {condition: service_completed_successfully}, endless: *ended}}
  windows: {<<: *app, entrypoint: [/start.sh], configs: [{source: script, target: /start.sh, mode: 0755}]}
  called: {<<: *app, working_dir: /srv, command: [sh, -c, "./wait.sh && sleep 60"], configs: [{source: script, target: /srv/wait.sh, mode: 0755}]}
  read: {<<: *app, command: [sh, /srv/run.sh], configs: [{source: strict, target: /srv/run.sh}]}
  other: {<<: *app, command: [sh, -c, "ls /nowhere /srv/tool.pl"], configs: [{source: tool, target: /srv/tool.pl}]}
configs:
  script: {content: "#!/bin/sh\r\nsleep 60\r\n"}
  strict: {content: "#!/bin/sh\r\nset -e\r\nsleep 60\r\n"}
  tool: {content: "#!/usr/bin/perl\r\nexit\r\n"}
volumes: {shared: {}}
`)
	for service, want := range map[string]struct{ how, failure string }{
		"loops":   {failure: "it exited with status 1 and keeps being restarted (restart: unless-stopped)\ncannot start"},
		"well":    {failure: "it exited with status 0 and keeps being restarted (restart: always)"},
		"tries":   {failure: "it exited with status 5\n"},
		"listens": {failure: "it exited with status 6 and keeps being restarted (restart: always)\ngone"},
		"worker":  {failure: "it exited with status 3\nlost"},
		"endless": {failure: "it exited with status 0 and keeps being restarted (restart: always)"},
		"sick":    {failure: "it did not stay ready: its healthcheck is unhealthy"},
		"idle":    {how: "running"},
		"done":    {how: "ended well"},
		"job":     {how: "ended well"},
	} {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			how, failure := s.start(t, service, readiness.Steady)
			if how != want.how || !strings.HasPrefix(failure, want.failure) {
				t.Errorf("it is ready: %q, and fails: %s\nwant %+v", how, failure, want)
			}
		})
	}
	for service, script := range map[string]string{"windows": "/start.sh", "called": "/srv/wait.sh", "read": "/srv/run.sh", "other": ""} {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			s.blamesLineEnds(t, service, script)
		})
	}
	t.Run("third", func(t *testing.T) {
		t.Parallel()
		if how, failure := s.start(t, "third", 0); how != "listens on port 8123" {
			t.Errorf("a server that comes up when started again: %q, %s", how, failure)
		}
	})
	t.Run("scaled", func(t *testing.T) {
		t.Parallel()
		if err := s.client.UserStack(s.project).Start(t.Context(), "scaled"); err != nil {
			t.Fatal(err)
		}
		both, err := s.client.Engine().Containers(t.Context(), engine.ProjectLabel+"="+s.project.Name, engine.ServiceLabel+"=scaled")
		if err != nil || len(both) != 2 {
			t.Fatalf("%d containers, %v", len(both), err)
		}
		for _, c := range both { // one of them runs
			shown, err := s.client.UserStack(s.project).Wait(t.Context(), "scaled", c.ID, readiness.Wanted{Timeout: long})
			if err == nil {
				_, err = readiness.Stay(t.Context(), shown, readiness.Steady)
			}
			if err == nil || !strings.Contains(err.Error(), "keeps being restarted") {
				t.Errorf("a service is ready although one of its containers exits: %v", err)
			}
		}
	})
}

// blamesLineEnds expects a service to end, and the script to be named that has Windows line endings; none if it is "".
func (s userStack) blamesLineEnds(t *testing.T, service, script string) {
	t.Helper()
	err := s.client.UserStack(s.project).Start(t.Context(), service)
	if err == nil {
		stack := s.client.UserStack(s.project)
		shown, waitErr := stack.Wait(t.Context(), service, s.made[service].ID, readiness.Wanted{Timeout: long})
		if err = waitErr; err == nil { // it counts as running until the kernel has refused it
			_, err = readiness.Stay(t.Context(), shown, readiness.Steady)
		}
	}
	hint := report.HintOf(err)
	switch {
	case err == nil:
		t.Error("it did not end")
	case script == "" && strings.Contains(hint, "Windows"):
		t.Errorf("it failed with %v, and the hint %q", err, hint)
	case script != "" && (!strings.Contains(hint, script+" has Windows line endings") || !strings.Contains(hint, "*.sh text eol=lf")):
		t.Errorf("it failed with %v, and the hint %q", err, hint)
	}
}
