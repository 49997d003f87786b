package testbed

import "fmt"

// CompleteBase is the name of the command that makes, in the background, a base from the start whose data an earlier
// run has only upgraded.
const CompleteBase = "complete-base"

// incremental reports whether the base may begin with an earlier one's data. It may not where nothing could replace it
// later.
func (b *Testbed) incremental() bool {
	return b.Project.Seed.Incremental && b.Continue != nil && !b.Request.FromStart
}

// noteUpgraded says, and puts into the document, whose data the base has if an earlier one's was upgraded.
func (b *Testbed) noteUpgraded() {
	from := b.Base.Upgraded
	if from == nil {
		return
	}
	b.about.Base.UpgradedFrom = from.Commit
	b.Note(fmt.Sprintf("the base has the data of %s at %.8s, upgraded by the code of %.8s (seed.incremental), and may lack rows that the "+
		"seed inserts only into an empty database; when this run has ended, a base from the start is made in the background, for later runs",
		b.BaseName(), from.Commit, b.BaseRef.Commit))
}

// completeBase has the base made from the start, in the background, if this run has used upgraded data and nobody is at
// it.
func (b *Testbed) completeBase() {
	if b.Base == nil || b.Base.Upgraded == nil {
		return
	}
	if s := b.Request.Standby; s != nil {
		if s.completing == b.Base.Key {
			return
		}
		s.completing = b.Base.Key
	}
	repo := b.Workspace.Repo
	busy, err := repo.LockedBeside()
	if err == nil && !busy {
		command := []string{CompleteBase}
		if b.Request.Base != "" {
			command = append(command, "--base="+b.Request.Base)
		}
		err = b.Continue(repo.LogOf(CompleteBase), command...)
	}
	if err != nil {
		b.Note("no base is made from the start in the background: " + err.Error())
	}
}
