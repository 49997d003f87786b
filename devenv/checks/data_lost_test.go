package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/data"
	"devenv/devenv/report"
)

func TestStatesTheDowngradeRestoresAreNotChanged(t *testing.T) {
	f := ready(nil)
	f.Data.Changes = []data.Change{
		{Kind: data.ValuesChanged, Table: "public.users", Column: "state", Rows: 4, Renamed: true},
		{Kind: data.ValuesChanged, Table: "public.users", Column: "note", Rows: 3},
		{Kind: data.ValuesChanged, Table: "public.users", Column: "seen", ColumnNow: "seen_at", Retyped: true, Misread: true, Rows: 3},
	}
	f.Reverse.Data.Restored = f.Data.Changes
	if a := answers(f, Selection{})["data.changed"]; a.Status != report.StatusWarn || len(a.Evidence) != 2 || a.Evidence[0].Column != "note" {
		t.Errorf("%+v", a)
	}
	f.Data.Changes = f.Data.Changes[:1]
	if a, ok := answers(f, Selection{})["data.changed"]; ok {
		t.Errorf("it does not pass: %+v", a)
	}
}

func TestChangesThatLoseNothingAreNamedOnly(t *testing.T) {
	f := ready(nil)
	f.Data.Changes = []data.Change{
		{Kind: data.ValuesChanged, Table: "public.users", Column: "size_kb", ColumnNow: "size", Rows: 4},
		{Kind: data.ValuesChanged, Table: "public.users", Column: "at", Retyped: true, Rows: 4},
		{Kind: data.ValuesChanged, Table: "public.users", Column: "amount", Reshaped: true, Rows: 4},
		{Kind: data.ValuesChanged, Table: "public.users", Column: "phone", Rows: 3, Tidied: true},
		{Kind: data.ValuesChanged, Table: "public.users", Column: "email", Rows: 3, Kept: true},
		{Kind: data.ValuesChanged, Table: "public.users", Column: "mood", Rows: 3, Renamed: true, Relabelled: true},
	}
	if a := answers(f, Selection{})["data.changed"]; a.Status != report.StatusWarn || len(a.Evidence) != 3 || a.Evidence[0].Column != "size_kb" {
		t.Errorf("%+v", a)
	}
	f.Reverse.Data.Restored = f.Data.Changes[:3]
	if a, ok := answers(f, Selection{})["data.changed"]; ok {
		t.Errorf("it does not pass: %+v", a)
	}
}

func TestValuesTheDowngradeRestoresAreNotLost(t *testing.T) {
	f := ready(nil)
	f.Data.Changes = []data.Change{
		{Kind: data.ColumnDropped, Table: "public.users", Column: "legacy", Before: 4},
		{Kind: data.ColumnDropped, Table: "public.users", Column: "note", Before: 3},
	}
	f.Reverse.Data.Restored = f.Data.Changes[:1]
	if a := answers(f, Selection{})["data.lost"]; a.Status != report.StatusFail || len(a.Evidence) != 1 || a.Evidence[0].Column != "note" {
		t.Errorf("%+v", a)
	}
	f.Reverse.Data.Restored = f.Data.Changes
	if a, ok := answers(f, Selection{})["data.lost"]; ok {
		t.Errorf("it does not pass: %+v", a)
	}
}

func TestValuesAreKeptAfterWhatChangedThem(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]string{
		"UPDATE limits SET hours = 24 WHERE hours < 96":       "leave these rows out",
		"ALTER TABLE limits ALTER COLUMN hours TYPE smallint": "convert them in USING",
		"": "where the type changed",
	} {
		got := keepsValues([]report.Evidence{{Statement: statement}})
		if only := statement == "" || !strings.Contains(got, "USING") || want == "convert them in USING"; !strings.Contains(got, want) || !only {
			t.Errorf("%s: %s", statement, got)
		}
	}
}
