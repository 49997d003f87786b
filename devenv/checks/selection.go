package checks

import (
	"slices"
	"strings"

	"devenv/devenv/report"
)

// Selection is which checks a run asks and how severe their findings are.
type Selection struct {
	// Only and Skip hold ids or "prefix.*"; an empty Only means all.
	Only, Skip []string
	// Strict means that a warning counts as much as a failure.
	Strict bool
	// Severities holds the configured severity of a check by id: fail, warn or off.
	Severities map[string]string
}

// Validate returns a usage failure when a pattern matches no registered check.
func (s Selection) Validate() error {
	for flag, patterns := range map[string][]string{"--only": s.Only, "--skip": s.Skip} {
		for _, p := range patterns {
			if !known(p) {
				return report.Fail(report.KindUsage, "the checks are: "+strings.Join(IDs(), ", "),
					"%s %q: no check has this id", flag, p)
			}
		}
	}
	return nil
}

// Off returns why a check is not asked, or an empty string when it is.
func (s Selection) Off(id string) string {
	switch {
	case len(s.Only) > 0 && !matchesAny(s.Only, id):
		return "left out by --only"
	case matchesAny(s.Skip, id):
		return "left out by --skip"
	case s.Severities[id] == "off":
		return "severity off in the configuration"
	}
	return ""
}

// Wants reports whether any selected check needs the trial.
func (s Selection) Wants(t Trial) bool {
	for _, c := range All() {
		if s.Off(c.ID) != "" {
			continue
		}
		for _, need := range slices.Concat(c.Needs, c.Uses) {
			if need == t {
				return true
			}
		}
	}
	return false
}

// severity returns the status of a finding of the check.
func (s Selection) severity(c Check) report.Status {
	switch s.Severities[c.ID] {
	case "fail":
		return report.StatusFail
	case "warn":
		return report.StatusWarn
	}
	return c.Severity
}

func known(pattern string) bool {
	for _, id := range IDs() {
		if matches(pattern, id) {
			return true
		}
	}
	return false
}

func matchesAny(patterns []string, id string) bool {
	for _, p := range patterns {
		if matches(p, id) {
			return true
		}
	}
	return false
}

// matches reports whether a pattern, an id or "prefix.*", matches an id.
func matches(pattern, id string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasSuffix(prefix, ".") {
		return strings.HasPrefix(id, prefix)
	}
	return pattern == id
}
