package devenv

import (
	"context"
	"errors"

	"devenv/compose"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/stack"
)

// DoctorOptions are the options of doctor.
type DoctorOptions struct {
	Options
	// Fix mends what can be mended without losing anything.
	Fix bool
}

// Health is how one examination ended.
type Health string

// How an examination can end.
const (
	Healthy  Health = "pass"
	Unwell   Health = "warn"
	Ill      Health = "fail"
	Unlooked Health = "skip"
)

// Diagnosis is what doctor found of one thing.
type Diagnosis struct {
	// ID names the examination: engine.api, ports, …
	ID      string `json:"id"`
	Status  Health `json:"status"`
	Summary string `json:"summary"`
	// Mend says how to mend it, with the command to paste; empty when nothing is to be done.
	Mend string `json:"mend,omitempty"`
	// Fixed says that doctor mended it.
	Fixed bool `json:"fixed,omitempty"`
}

// finding is a diagnosis without its examination's id.
type finding struct {
	status        Health
	summary, mend string
}

func well(summary string) finding         { return finding{Healthy, summary, ""} }
func unwell(summary, mend string) finding { return finding{Unwell, summary, mend} }
func ill(summary, mend string) finding    { return finding{Ill, summary, mend} }
func unlooked(why string) finding         { return finding{Unlooked, why, ""} }

// examination is one thing to look at; fix, where there is one, mends it without losing anything.
type examination struct {
	id   string
	look func(context.Context, *patient) finding
	fix  func(context.Context, *patient) error
}

// examinations are all, in the order in which one needs the other.
func examinations() []examination {
	return []examination{
		{id: "git.version", look: examineGit},
		{id: "git.repository", look: examineRepository},
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

// patient is what doctor could open, and why it could not open the rest.
type patient struct {
	*session.Session
	repo      *gitrepo.Repo
	repoErr   error
	client    *compose.Client
	engineErr error
	// looking is nil where the project does not load; loadErr says why.
	looking *stack.View
	loadErr error
}

// Doctor looks at this machine, the repository and the user's own stack, and says what is wrong and how to mend it. A thing
// that is ill is a KindWork failure, after all were looked at.
func Doctor(ctx context.Context, o DoctorOptions) (_ *report.Items, err error) {
	items := report.NewItems("doctor")
	p := admit(ctx, o.Options)
	defer func() { err = errors.Join(err, p.discharge()) }()
	failed := 0
	for _, e := range examinations() {
		if err := ctx.Err(); err != nil {
			return items, err
		}
		d := p.examine(ctx, e, o.Fix)
		if d.Status == Ill {
			failed++
		}
		items.Items = append(items.Items, redact.Said(p.Redactor, d))
	}
	if failed > 0 {
		return items, report.Fail(report.KindWork, "", "%s", report.Count(failed, "thing")+" to mend")
	}
	return items, nil
}

// examine looks at one thing, and mends it where that is wanted and safe.
func (p *patient) examine(ctx context.Context, e examination, fix bool) Diagnosis {
	found := e.look(ctx, p)
	d := Diagnosis{ID: e.id, Status: found.status, Summary: found.summary, Mend: found.mend}
	if !fix || e.fix == nil || found.status == Healthy || found.status == Unlooked {
		return d
	}
	if err := e.fix(ctx, p); err != nil {
		d.Summary += "; it could not be mended: " + err.Error()
		return d
	}
	again := e.look(ctx, p)
	d.Status, d.Fixed = again.status, again.status == Healthy
	if d.Fixed {
		d.Summary, d.Mend = d.Summary+"; mended", ""
	}
	return d
}

// admit opens what can be opened.
func admit(ctx context.Context, o Options) *patient {
	p := &patient{Session: session.New("doctor", o)}
	if p.repo, p.repoErr = gitrepo.Open(ctx, project.OrDot(o.Dir)); p.repoErr != nil {
		p.repo = nil
	}
	if p.client, p.engineErr = compose.Connect(ctx, compose.ConnectOptions{Host: o.Host, Context: o.Context}); p.engineErr != nil {
		p.client = nil
		return p
	}
	if p.repo != nil {
		p.looking, p.loadErr = stack.Look(ctx, p.Session)
	}
	return p
}

// discharge gives back what admit opened.
func (p *patient) discharge() error {
	var err error
	if p.looking != nil {
		err = p.looking.Close()
	}
	if p.client != nil {
		err = errors.Join(err, p.client.Close())
	}
	return err
}
