package checks

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/database/data"
	"devenv/devenv/report"
	"devenv/migrations/alembic"
)

// TestAnswersAwaitAllTheyRead takes what each trial found out of many sets of facts: an answer that changes must wait for
// that trial.
func TestAnswersAwaitAllTheyRead(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 600 {
		whole := anyFacts(random)
		answers := map[string]report.Check{}
		for _, c := range All() {
			answers[c.ID] = judge(c, &whole, Selection{}, newLedger(nil))
		}
		for trial, forget := range forgetting() {
			less := whole
			forget(&less)
			for _, c := range All() {
				if c.Last || slices.Contains(c.deciding(&less), trial) {
					continue
				}
				with, without := answers[c.ID], judge(c, &less, Selection{}, newLedger(nil))
				if !reflect.DeepEqual(with, without) {
					t.Fatalf("%s does not wait for %s, which changes it (-with it +without):\n%s", c.ID, trial, cmp.Diff(with, without))
				}
			}
		}
	}
}

// forgetting returns how to forget what a trial found, for each that finds something.
func forgetting() map[Trial]func(*Facts) {
	return map[Trial]func(*Facts){
		TrialSeeded: func(f *Facts) {
			f.Seeded, f.Hidden, f.NotCompared = Outcome{}, nil, nil
			f.Unanswered = nil
		},
		TrialData:        func(f *Facts) { f.Data = DataOutcome{Unsteady: f.Data.Unsteady} },
		TrialRepeat:      func(f *Facts) { f.Data.Unsteady = nil },
		TrialRenames:     func(f *Facts) { f.Renames = nil },
		TrialNotes:       func(f *Facts) { f.Notes = nil },
		TrialScratch:     func(f *Facts) { f.Scratch = Outcome{} },
		TrialDrift:       func(f *Facts) { f.Drift = DriftOutcome{} },
		TrialModels:      func(f *Facts) { f.Models = ModelsOutcome{} },
		TrialUnintended:  func(f *Facts) { f.Unintended = UnintendedOutcome{} },
		TrialReverse:     func(f *Facts) { f.Reverse = ReverseOutcome{} },
		TrialStepwise:    func(f *Facts) { f.Stepwise = StepwiseOutcome{} },
		TrialAdversarial: func(f *Facts) { f.Adversarial = WitnessOutcome{} },
		TrialAtomic:      func(f *Facts) { f.Atomic = AtomicOutcome{} },
		TrialSmoke:       func(f *Facts) { f.Smoke = SmokeOutcome{} },
		TrialStartBranch: func(f *Facts) { f.Branch = StartOutcome{} },
		TrialStartFirst:  func(f *Facts) { f.First = StartFirstOutcome{} },
		TrialStartBase:   func(f *Facts) { f.Base = StartOutcome{} },
		TrialBaseNames:   func(f *Facts) { f.Gone = nil },
	}
}

// anyFacts returns facts of every kind, whose names are few, so that they often meet.
func anyFacts(random *rand.Rand) Facts {
	f := ready(nil)
	f.Snippets = alembic.Snippets{}
	f.Outcomes = Outcomes{}
	fill(random, reflect.ValueOf(&f.Outcomes).Elem())
	fill(random, reflect.ValueOf(&f.Renames).Elem())
	fill(random, reflect.ValueOf(&f.Database).Elem())
	if random.IntN(4) == 0 {
		f.Unanswered = map[Trial]Unanswered{TrialSeeded: {Reason: "its server was killed"}}
	}
	return f
}

// fill sets a value to anything.
func fill(random *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[data.ChangeKind]() {
			kinds := []data.ChangeKind{data.ColumnDropped, data.RowsLost, data.ValuesChanged}
			v.SetString(string(kinds[random.IntN(len(kinds))]))
			return
		}
		words := []string{"", "public.items", "name", "column:public.items.name", "42P01"}
		v.SetString(words[random.IntN(len(words))])
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(random.Int64N(4))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), random.IntN(3), 2))
		for i := range v.Len() {
			fill(random, v.Index(i))
		}
	case reflect.Pointer:
		if random.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(random, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(random, v.Field(i))
			}
		}
	case reflect.Interface:
		if v.Type() == reflect.TypeFor[error]() && random.IntN(2) == 0 {
			v.Set(reflect.ValueOf(errors.New("it ended")))
		}
	}
}
