package cli

import (
	"errors"
	"strconv"
	"time"

	"devenv/devenv/report"
)

// patience is a flag's time limit: a number of seconds, as Compose's flags take it, or a duration such as 2m30s.
type patience time.Duration

// String returns the limit as a duration.
func (p *patience) String() string { return time.Duration(*p).String() }

// Set reads the flag's value.
func (p *patience) Set(value string) error {
	limit, err := time.ParseDuration(value)
	if n, notNumber := strconv.ParseUint(value, 10, 31); notNumber == nil {
		limit, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || limit <= 0 {
		return errors.New("it must be a number of seconds, or a duration such as 2m30s")
	}
	*p = patience(limit)
	return nil
}

// Type returns the value's name in help texts.
func (p *patience) Type() string { return "seconds" }

// always is a flag of Compose's for what devenv does anyway.
type always struct{}

// String returns nothing, so that help texts show no default.
func (always) String() string { return "" }

// Set refuses to turn it off.
func (always) Set(value string) error {
	if on, err := strconv.ParseBool(value); err != nil || !on {
		return errors.New("devenv always does that")
	}
	return nil
}

// Type makes help texts show no value.
func (always) Type() string { return "bool" }

// volumesByShorthand is the -v of "down": it removes the data for docker compose, and shows more for devenv.
type volumesByShorthand struct{ always }

// Set refuses the flag.
func (volumesByShorthand) Set(string) error {
	return report.Fail(report.KindUsage, "to remove the volumes with their data: devenv down --volumes\nto see more: devenv down --verbose",
		"down -v: for docker compose it means --volumes, elsewhere in devenv --verbose, so nothing was done")
}
