// Package doctor examines the machine, the repository and the user's own stack, reports what is wrong, and fixes what
// it can without losing anything. It also cleans up: it removes what devenv made and no longer needs. It relies on the
// packages below it for both.
package doctor

import (
	"context"
	"errors"

	"devenv/compose"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/stack"
)

// Options are the options of doctor.
type Options struct {
	session.Options
	// Fix fixes what can be fixed without losing anything.
	Fix bool
}

// Status is the result of one examination.
type Status string

// The possible results of an examination.
const (
	Pass Status = "pass"
	Warn Status = "warn"
	Fail Status = "fail"
	Skip Status = "skip"
)

// Diagnosis is what doctor found in one examination.
type Diagnosis struct {
	// ID is the examination's: engine.api, ports, …
	ID      string `json:"id"`
	Status  Status `json:"status"`
	Summary string `json:"summary"`
	// Remedy is how to fix it, with the command to paste; empty if there is nothing to do.
	Remedy string `json:"mend,omitempty"`
	// Fixed is set if doctor fixed it.
	Fixed bool `json:"fixed,omitempty"`
}

// finding is a diagnosis without the examination's id.
type finding struct {
	status          Status
	summary, remedy string
}

func pass(summary string) finding         { return finding{Pass, summary, ""} }
func warn(summary, remedy string) finding { return finding{Warn, summary, remedy} }
func fail(summary, remedy string) finding { return finding{Fail, summary, remedy} }
func skip(why string) finding             { return finding{Skip, why, ""} }

// examination is one thing to look at; fix, if there is one, fixes it without losing anything.
type examination struct {
	id   string
	look func(context.Context, *target) finding
	fix  func(context.Context, *target) error
}

// examinations returns all examinations, each after those it relies on.
func examinations() []examination {
	return []examination{
		{id: "git.version", look: examineGit},
		{id: "git.repository", look: examineRepository},
		{id: "line.ends", look: examineLineEnds},
		{id: "configuration", look: examineConfiguration},
		{id: "engine", look: examineEngine},
		{id: "engine.api", look: examineAPI},
		{id: "engine.context", look: examineContext},
		{id: "engine.clock", look: examineClock},
		{id: "memory", look: examineMemory},
		{id: "disk", look: examineDisk},
		{id: "compose", look: examineCompose},
		{id: "builder", look: examineBuilder},
		{id: "images", look: examineImages},
		{id: "standins", look: examineStandIns},
		{id: "images.built", look: examineBuilt},
		{id: "bases", look: examineBases},
		{id: "exchange", look: examineExchange, fix: fixExchange},
		{id: "kept", look: examineKept},
		{id: "leftovers", look: examineLeftovers, fix: fixLeftovers},
		{id: "ports", look: examinePorts},
		{id: "data", look: examineData},
		{id: "stack", look: examineStack},
		{id: "database.revision", look: examineRevision},
	}
}

// target is what to examine: what could be opened, and why the rest could not.
type target struct {
	*session.Session
	repo      *gitrepo.Repo
	repoErr   error
	client    *compose.Client
	engineErr error
	// view is nil if the project does not load; loadErr is why.
	view    *stack.View
	loadErr error
}

// Run examines this machine, the repository and the user's own stack, and returns what is wrong and how to fix it. If
// anything fails, it returns a KindWork failure after examining everything.
func Run(ctx context.Context, s *session.Session, o Options) (all []Diagnosis, err error) {
	t := open(ctx, s)
	defer func() { err = errors.Join(err, t.close()) }()
	failed := 0
	for _, e := range examinations() {
		if err := ctx.Err(); err != nil {
			return all, err
		}
		d := t.examine(ctx, e, o.Fix)
		if d.Status == Fail {
			failed++
		}
		all = append(all, d)
	}
	if failed > 0 {
		return all, report.Fail(report.KindWork, "", "%s", report.Count(failed, "thing")+" to fix")
	}
	return all, nil
}

// examine does one examination, and fixes the fault if that is wanted and safe.
func (t *target) examine(ctx context.Context, e examination, fix bool) Diagnosis {
	found := e.look(ctx, t)
	d := Diagnosis{ID: e.id, Status: found.status, Summary: found.summary, Remedy: found.remedy}
	if !fix || e.fix == nil || found.status == Pass || found.status == Skip {
		return d
	}
	if err := e.fix(ctx, t); err != nil {
		d.Summary += "; it could not be fixed: " + err.Error()
		return d
	}
	again := e.look(ctx, t)
	d.Status, d.Fixed = again.status, again.status == Pass
	if d.Fixed {
		d.Summary, d.Remedy = d.Summary+"; fixed", ""
	}
	return d
}

// open opens what can be opened.
func open(ctx context.Context, s *session.Session) *target {
	t := &target{Session: s}
	if t.repo, t.repoErr = gitrepo.Open(ctx, project.OrDot(s.Choice.Dir)); t.repoErr != nil {
		t.repo = nil
	}
	if t.client, t.engineErr = compose.Connect(ctx,
		compose.ConnectOptions{Host: s.Choice.Host, Context: s.Choice.Context}); t.engineErr != nil {
		t.client = nil
		return t
	}
	if t.repo != nil {
		t.view, t.loadErr = stack.OpenView(ctx, s)
	}
	return t
}

// close closes what open opened.
func (t *target) close() error {
	var err error
	if t.view != nil {
		err = t.view.Close()
	}
	if t.client != nil {
		err = errors.Join(err, t.client.Close())
	}
	return err
}
