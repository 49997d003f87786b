package checks

import "devenv/migrations"

// SameFailure says that two failures are one fault: of the same revision and SQLSTATE, or, where the database did not
// fail, of the same exception. A nil failure is like nothing.
func SameFailure(a, b *migrations.Failure) bool {
	if a == nil || b == nil {
		return false
	}
	if a.SQLState != "" || b.SQLState != "" {
		return a.SQLState == b.SQLState && a.Revision == b.Revision
	}
	return a.Exception == b.Exception && a.Revision == b.Revision && a.Message == b.Message
}

// sameKind says that two failures of different revisions are of one kind: a project whose downgrades all raise the same
// has none, and the branch's is no worse than the base's.
func sameKind(a, b *migrations.Failure) bool {
	return a != nil && b != nil && a.Code == b.Code && a.SQLState == b.SQLState && a.Exception == b.Exception && a.Message == b.Message
}

// whyNotRun is the reason of a trial that did not take place.
func (f *Facts) whyNotRun() string {
	switch {
	case f.NothingToTry != "":
		return f.NothingToTry
	case f.Seeded.Failure != nil:
		return "the upgrade failed (apply.seeded)"
	}
	return "not tried"
}
