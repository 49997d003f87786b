package devenv

import (
	"context"

	"devenv/devenv/doctor"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/session"
)

// DoctorOptions are the options of doctor.
type DoctorOptions = doctor.Options

// Diagnosis is what doctor found of one thing.
type Diagnosis = doctor.Diagnosis

// Health is how one of doctor's examinations ended.
type Health = doctor.Status

// How an examination can end.
const (
	HealthPass = doctor.Pass
	HealthWarn = doctor.Warn
	HealthFail = doctor.Fail
	HealthSkip = doctor.Skip
)

// Doctor looks at this machine, the repository and the user's own stack, and says what is wrong and how to mend it. A thing that
// is to be mended is a KindWork failure, after all were looked at.
func Doctor(ctx context.Context, o DoctorOptions) (*report.Items, error) {
	s := session.New("doctor", o.Options)
	all, err := doctor.Run(ctx, s, o)
	return listed(s, redact.Said(s.Redactor, all)), err
}
