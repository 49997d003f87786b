package generate

import (
	"context"
	"testing"

	"devenv/devenv/report"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

func TestNoRevisionIsMadeOnSeveralHeads(t *testing.T) {
	t.Parallel()
	b := &testbed.Testbed{}
	b.Base = zeroOf(b.Base)
	two := []migrations.Revision{{ID: "b1", Head: true}, {ID: "c1", Head: true}}
	w := &writer{Testbed: b, migration: &Migration{History: migrations.History{Revisions: two}, Revisions: two}}
	runner := step.NewRunner(report.Silent{})
	var revise *migrations.Revise
	err := runner.Run(t.Context(), step.New("generate", func(ctx context.Context, log *step.Log) (err error) {
		revise, err = w.plan(ctx, log)
		return err
	}))
	if err != nil || revise != nil || w.migration.Applied {
		t.Errorf("planned %v, applied: %v, %v", revise, w.migration.Applied, err)
	}
	if made := runner.Steps()[0]; made.Status != report.StepSkipped || made.Detail != "the branch's own migrations fail: the history has "+
		"several heads (history.heads)" {
		t.Errorf("%s: %q", made.Status, made.Detail)
	}
}

// zeroOf returns a pointer to a zero value of the type; it also works for types of packages not imported here.
func zeroOf[T any](*T) *T { return new(T) }
