package checks

import "devenv/migrations"

// SameFailure reports whether two failures have the same cause: the same revision and SQLSTATE or, when the database
// did not fail, the same exception and message. A nil failure equals nothing.
func SameFailure(a, b *migrations.Failure) bool {
	if a == nil || b == nil {
		return false
	}
	if a.SQLState != "" || b.SQLState != "" {
		return a.SQLState == b.SQLState && a.Revision == b.Revision
	}
	return a.Exception == b.Exception && a.Revision == b.Revision && a.Message == b.Message
}

// sameKind reports whether two failures, possibly of different revisions, are alike. In a project whose downgrades all
// raise the same exception, the branch's is no worse than the base's.
func sameKind(a, b *migrations.Failure) bool {
	return a != nil && b != nil && a.Code == b.Code && a.SQLState == b.SQLState && a.Exception == b.Exception && a.Message == b.Message
}

// whyNotRun returns why a trial did not run.
func (f *Facts) whyNotRun() string {
	switch {
	case f.NothingToTry != "":
		return f.NothingToTry
	case f.Seeded.Failure != nil:
		return "the upgrade failed (apply.seeded)"
	case f.Seeded.Unrecorded:
		return "the database is not at the head after the upgrade (apply.seeded)"
	}
	return "not tried"
}
