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

// Diagnosis is what doctor found in one examination.
type Diagnosis = doctor.Diagnosis

// Health is the result of an examination.
type Health = doctor.Status

// The possible results of an examination.
const (
	HealthPass = doctor.Pass
	HealthWarn = doctor.Warn
	HealthFail = doctor.Fail
	HealthSkip = doctor.Skip
)

// Doctor examines this machine, the repository and the user's own stack, and returns what is wrong and how to fix it.
// If anything fails, it returns a KindWork failure after examining everything.
func Doctor(ctx context.Context, o DoctorOptions) (*report.Items, error) {
	s := session.New("doctor", o.Options)
	all, err := doctor.Run(ctx, s, o)
	return listed(s, redact.Copy(s.Redactor, all)), err
}
