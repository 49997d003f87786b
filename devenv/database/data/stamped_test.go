package data

import (
	"testing"
	"time"
)

func TestOnlyMomentsOfTheRunAreStamps(t *testing.T) {
	t.Parallel()
	to := time.Date(2026, 5, 4, 12, 0, 30, 0, time.UTC)
	run := span{to.Add(-20 * time.Second), to}
	long := span{to.Add(-20 * time.Minute), to}
	for _, c := range []struct {
		run       span
		typ, text string
		want      bool
	}{
		{run, "timestamp with time zone", "2026-05-04 12:00:20.5+00", true},
		{run, "timestamp with time zone", "2026-05-04 14:00:20.5+02", true},
		{run, "timestamp with time zone", "2026-05-04 11:59:20+00", false},
		{run, "timestamp with time zone", "2026-05-04 11:45:20+00", false},
		{run, "timestamp with time zone", "2026-05-04 12:02:20+00", false},
		{run, "timestamp without time zone", "2026-05-04 17:45:20", true},
		{run, "timestamp without time zone", "2026-05-04 02:00:12", true},
		{run, "timestamp without time zone", "2026-05-04 11:58:20", false},
		{run, "timestamp without time zone", "2026-05-03 12:00:20", false},
		{long, "timestamp without time zone", "2026-05-04 11:50:00", true},
		{run, "text", "n/a", false},
		{span{}, "timestamp with time zone", "2026-05-04 12:00:20+00", false},
	} {
		if got := c.run.has(c.text, c.typ); got != c.want {
			t.Errorf("%s %s: is of the run is %v", c.typ, c.text, got)
		}
	}
}

func TestColumnAddedInAnothersPlaceIsNoStamp(t *testing.T) {
	t.Parallel()
	now := time.Now()
	table := func(number int16) TablePrint {
		return TablePrint{OID: 7, Rows: 1, Key: []string{"id"}, Columns: []ColumnPrint{
			{Number: 1, Name: "id", Type: "integer"},
			{Number: number, Name: "created_at", Type: "timestamp with time zone"},
		}}
	}
	old, is := "2024-01-01 00:00:00+00", now.UTC().Format("2006-01-02 15:04:05.999999-07")
	for number, want := range map[int16]bool{2: true, 3: false} {
		after := table(number)
		rows := &sides{
			was: table(2), is: &after, keyed: true, rate: 1, at: map[string]int{"created_at": 0},
			before: rowSet{ids: []string{"1"}, keys: [][]string{{"1"}}, at: map[string]int{"1": 0}, values: [][]*string{{&old}}},
			after:  rowSet{ids: []string{"1"}, keys: [][]string{{"1"}}, at: map[string]int{"1": 0}, values: [][]*string{{&is}}},
		}
		d := decision{sides: rows, during: span{now, now}}
		changes := d.settleChanged(Change{Column: "created_at", Kind: ValuesChanged}, nil)
		if len(changes) != 1 || changes[0].Stamped != want {
			t.Errorf("column number %d: got %+v, want stamped to be %v", number, changes, want)
		}
	}
}
