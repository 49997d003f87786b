package testbed

import (
	"errors"
	"fmt"
)

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
	seed := "its seed was not run again"
	if b.Project.Seed.AtStartup() {
		seed = "its seed ran on rows that were there"
	}
	b.Note(fmt.Sprintf("the base has the data of %s at %.8s, upgraded by the code of %.8s (seed.incremental): %s; %s",
		b.BaseName(), from.Commit, b.BaseRef.Commit, seed, b.background()))
}

// background says what becomes of the base that is made from the start.
func (b *Testbed) background() string {
	repo := b.Workspace.Repo
	if busy, err := repo.LockedBeside(); err == nil && busy {
		return "another devenv is making a base from the start in the background"
	}
	if failed := b.failedCompletion(); failed != "" {
		return "a base from the start could not be made in the background: " + failed + " (" + repo.LogOf(CompleteBase) + ")"
	}
	return "once this run has ended, a base from the start is made in the background"
}

// completeBase has the base made from the start, in the background, if this run has used upgraded data and nobody is at
// it.
func (b *Testbed) completeBase() {
	if b.Base == nil || b.Base.Upgraded == nil {
		return
	}
	s := b.Request.Standby
	if s != nil && s.completing == b.Base.Key {
		return
	}
	repo := b.Workspace.Repo
	busy, err := repo.LockedBeside()
	if err == nil && !busy {
		command := []string{CompleteBase}
		if b.Request.Base != "" {
			command = append(command, "--base="+b.Request.Base)
		}
		err = errors.Join(repo.Record(CompleteBase).Write(completion{b.Base.Key, unfinished}), b.Continue(repo.LogOf(CompleteBase), command...))
	}
	if err == nil && !busy && s != nil {
		s.completing = b.Base.Key
	}
	if err != nil {
		b.Note("no base is made from the start in the background: " + err.Error())
	}
}

// completion is a record of a base that could not be made in the background, and why.
type completion struct {
	Key   string `json:"key"`
	Error string `json:"error"`
}

// unfinished stands in the record until the command has said how it ended.
const unfinished = "it ended before it was done"

// RecordCompletion records why a base could not be made in the background, for the next run; nil means that it was.
func (b *Testbed) RecordCompletion(err error) error {
	if b.Base == nil || b.Base.Key == "" {
		return err
	}
	record := b.Workspace.Repo.Record(CompleteBase)
	if err == nil {
		return record.Remove()
	}
	return errors.Join(err, record.Write(completion{b.Base.Key, err.Error()}))
}

// failedCompletion returns why the base could not be made in the background, or that nobody can tell; empty if nobody
// has tried.
func (b *Testbed) failedCompletion() string {
	var failed completion
	found, err := b.Workspace.Repo.Record(CompleteBase).Read(&failed)
	switch {
	case err != nil:
		return err.Error()
	case found && failed.Key == b.Base.Key:
		return failed.Error
	}
	return ""
}
