package report

import "slices"

// Status is the result of a check.
type Status string

// The results that a check can have.
const (
	StatusPass Status = "pass"
	StatusWarn Status = "warn"
	StatusFail Status = "fail"
	StatusSkip Status = "skip"
)

// Verdict is the worst status of the checks that were not skipped.
type Verdict string

// The verdicts. VerdictNone stands for an error, --no-verify, or nothing to migrate.
const (
	VerdictPass Verdict = "pass"
	VerdictWarn Verdict = "warn"
	VerdictFail Verdict = "fail"
	VerdictNone Verdict = "none"
)

// Check is a question about a migration, with its answer.
type Check struct {
	ID      string `json:"id"`
	Status  Status `json:"status"`
	Summary string `json:"summary"`
	// Unanswered means that the machine kept a check from being answered that decides about the migration: it was
	// skipped, and without it nobody knows whether the migration is sound.
	Unanswered bool `json:"unanswered,omitempty"`
	// Missed means that the machine kept a check from being answered that does not decide.
	Missed bool `json:"missed,omitempty"`
	// LeftOut means that it was not asked, by --only, --skip or the configuration.
	LeftOut bool `json:"left_out,omitempty"`
	// On is what the answer is about, if it is not about the base's data: "a schema made from scratch".
	On string `json:"on,omitempty"`
	// Waived is the reason of the waiver that turned the status into pass.
	Waived string `json:"waived"`
	Hint   string `json:"hint"`
	MS     int64  `json:"ms"`
	// KnownMS is when the answer stood, in milliseconds after the run began: nothing that still ran could change it.
	KnownMS  int64      `json:"known_ms,omitempty"`
	Evidence []Evidence `json:"evidence"`
}

// Evidence is what a check found. JSON omits empty fields.
type Evidence struct {
	Revision  string   `json:"revision,omitempty"`
	File      string   `json:"file,omitempty"`
	Line      int      `json:"line,omitempty"`
	Statement string   `json:"statement,omitempty"`
	Table     string   `json:"table,omitempty"`  // schema.table
	Column    string   `json:"column,omitempty"` // the bare column name
	Object    string   `json:"object,omitempty"` // of another kind: "view:schema.view", "trigger:schema.table.trigger"
	Rows      int64    `json:"rows,omitempty"`
	Keys      []string `json:"keys,omitempty"` // the first few offending keys, "id=3"
	SQLState  string   `json:"sqlstate,omitempty"`
	Message   string   `json:"message,omitempty"`
	// OwnWords means that the message is devenv's, whatever the server says besides, or would say: SQLState.
	OwnWords bool   `json:"own_words,omitempty"`
	Insert   string `json:"insert,omitempty"` // the witness's statement
	Query    string `json:"query,omitempty"`  // finds the rows
	Lock     string `json:"lock,omitempty"`
	Scanned  int64  `json:"scanned,omitempty"` // rows
	Rewrite  bool   `json:"rewrite,omitempty"`
	WALBytes int64  `json:"wal_bytes,omitempty"`
	HeldMS   int64  `json:"held_ms,omitempty"`
	Detail   string `json:"detail,omitempty"`
	// Waived is the reason of the waiver that covers it, where others of the same check are not covered.
	Waived string `json:"waived,omitempty"`
}

// Worst returns the verdict over checks: the worst status of those not skipped, none if all were.
func Worst(checks []Check) Verdict {
	verdict, rank := VerdictNone, 0
	for _, c := range checks {
		if r := statusRank(c.Status); r > rank {
			verdict, rank = Verdict(c.Status), r
		}
	}
	return verdict
}

// Unanswered returns the checks that the machine kept from being answered, and that decide about the migration.
func Unanswered(checks []Check) []Check {
	return slices.DeleteFunc(slices.Clone(checks), func(c Check) bool { return !c.Unanswered })
}

func statusRank(s Status) int {
	switch s {
	case StatusPass:
		return 1
	case StatusWarn:
		return 2
	case StatusFail:
		return 3
	default:
		return 0
	}
}
