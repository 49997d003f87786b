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

// namedBases is how many images doctor lists by name.
const namedBases = 5

// examineBases looks for base images that contain the password of their database, as older versions of devenv made
// them.
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
	var summary, remedy []string
	if len(old) > 0 {
		summary = append(summary, fmt.Sprintf("%s from an older devenv, with the password of the database inside: %s",
			report.Count(len(old), "base image"), strings.Join(shortened(old), ", ")))
		remedy = append(remedy, "remove them: devenv clean --bases")
	}
	switch registry, configured := t.registry(); {
	case len(pushed) > 0:
		summary = append(summary, "a base like that was pushed to "+strings.Join(pushed, ", "))
		remedy = append(remedy, "rotate that password, because whoever can pull from "+strings.Join(pushed,
			", ")+" can read it, and delete the old images there; "+
			"then remove the entries that begin with \""+strings.TrimSpace(userdata.OutdatedBase)+"\" from "+record)
	case len(old) > 0 && configured:
		remedy = append(remedy,
			"if one was pushed to "+string(registry)+", by CI for example, rotate that password: whoever can pull from "+
				"there can read it")
	}
	if len(summary) == 0 {
		return pass("no base image on this engine is from an older devenv, which left the database's password in them")
	}
	return warn(strings.Join(summary, "; "), strings.Join(remedy, "\n"))
}

// shortened returns the first few of many names, and how many more there are.
func shortened(names []string) []string {
	if len(names) <= namedBases {
		return names
	}
	return append(append([]string{}, names[:namedBases]...), fmt.Sprintf("and %d more", len(names)-namedBases))
}

// registry returns the configured registry; false if there is none or the configuration cannot be read.
func (t *target) registry() (project.Registry, bool) {
	if t.view == nil {
		return "", false
	}
	return t.view.Workspace.Registry()
}

// pushedOutdated returns the registries to which this repository has pushed a base with the password, and the path of
// that record.
func (t *target) pushedOutdated() (registries []string, record string, err error) {
	if t.repo == nil {
		return nil, "", nil
	}
	return userdata.PushedOutdated(t.repo)
}
