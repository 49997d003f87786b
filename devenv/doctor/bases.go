package doctor

import (
	"context"
	"fmt"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/userdata"
)

// namedBases is how many images doctor names.
const namedBases = 5

// examineBases looks for base images that hold the password of their database: those of devenv before it kept the data alone.
func examineBases(ctx context.Context, t *target) finding {
	if t.client == nil {
		return skip(noEngine)
	}
	old, err := database.Outdated(ctx, t.client.Engine())
	if err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	pushed, record, err := t.pushedOutdated()
	if err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	var summary, mend []string
	if len(old) > 0 {
		summary = append(summary, fmt.Sprintf("%s of an older devenv, with the password of the database inside: %s",
			report.Count(len(old), "base image"), strings.Join(shortened(old), ", ")))
		mend = append(mend, "remove them: devenv clean --bases")
	}
	switch registry, configured := t.registry(); {
	case len(pushed) > 0:
		summary = append(summary, "such a base was pushed to "+strings.Join(pushed, ", "))
		mend = append(mend, "rotate that password, since who can pull from "+strings.Join(pushed, ", ")+" can read it, and delete the old images there; "+
			"when that is done, take what begins with \""+strings.TrimSpace(userdata.OutdatedBase)+"\" out of "+record)
	case len(old) > 0 && configured:
		mend = append(mend, "if one was pushed to "+string(registry)+", by CI for example, rotate that password: who can pull from there can read it")
	}
	if len(summary) == 0 {
		return pass("no base image on this engine holds a password")
	}
	return warn(strings.Join(summary, "; "), strings.Join(mend, "\n"))
}

// shortened returns the first of many names, and how many more there are.
func shortened(names []string) []string {
	if len(names) <= namedBases {
		return names
	}
	return append(append([]string{}, names[:namedBases]...), fmt.Sprintf("and %d more", len(names)-namedBases))
}

// registry returns the configuration's; false where it names none or cannot be read.
func (t *target) registry() (project.Registry, bool) {
	if t.view == nil {
		return "", false
	}
	return t.view.Workspace.Registry()
}

// pushedOutdated names the registries that this repository has pushed a base to which holds the password, and the record of that.
func (t *target) pushedOutdated() (registries []string, record string, err error) {
	if t.repo == nil {
		return nil, "", nil
	}
	return userdata.PushedOutdated(t.repo)
}
