package writes

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// judgeRefusal tells whether a trigger that refused a row refuses every row. It does if nothing decides about its
// RAISE; if something does, or what it writes elsewhere is refused, the rows that exist are tried as well. A trigger may
// say by its name that it refuses all.
func (w *writer) judgeRefusal(ctx context.Context, f *Failed) error {
	name, line, ok := raisedIn(f)
	if !ok || meantToRefuse(name) || w.hasMeantTrigger() {
		return nil
	}
	var body string
	var updates bool
	err := w.tx.QueryRow(ctx, `SELECT p.prosrc, bool_or(t.tgtype & 16 <> 0) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid = $1::int8::oid AND p.proname = $2 GROUP BY 1 LIMIT 1`, pgx.QueryExecModeSimpleProtocol, int64(w.table.OID), name).Scan(&body, &updates)
	if err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		_, err = w.failure("", err)
		return err
	}
	switch {
	case f.SQLState == raised && unconditional(body, line):
		f.Broken = true
	case looksAtClock(body):
	case f.SQLState != raised && !updates:
		f.Copied = w.refusesCopy(ctx, f, name)
		f.Doubtful, f.Broken = f.Copied, f.Copied
	default:
		f.Doubtful = w.refusesEach(ctx, f.SQLState)
		f.Broken = f.Doubtful
	}
	return nil
}

// raised is the SQLSTATE of an exception that a function raises itself.
const raised = "P0001"

// raisedIn returns the function that refused a row, and the line: by an exception, or by a statement that writes what is
// refused elsewhere.
func raisedIn(f *Failed) (name string, line int, ok bool) {
	at := `RAISE`
	if strings.HasPrefix(f.SQLState, "22") || strings.HasPrefix(f.SQLState, "23") {
		at = `(?:SQL statement|assignment|PERFORM)`
	} else if f.SQLState != raised {
		return "", 0, false
	}
	m := regexp.MustCompile(`(?m)^PL/pgSQL function (?:\S+\.)?"?([^(".]+)"?\([^)]*\) line (\d+) at ` + at).FindStringSubmatch(f.Detail)
	if m == nil || f.SQLState == raised && !strings.HasPrefix(f.Detail, m[0]) {
		return "", 0, false
	}
	line, err := strconv.Atoi(m[2])
	return m[1], line, err == nil
}

// refusesCopy reports whether a function that refused a row refuses a copy of one that exists as well.
func (w *writer) refusesCopy(ctx context.Context, f *Failed, name string) bool {
	var filled bool
	err := w.tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+w.table.Quoted()+")", pgx.QueryExecModeSimpleProtocol).Scan(&filled)
	if err != nil || !filled {
		return false
	}
	if _, err = w.maker.Full(ctx, w.table); err == nil {
		return false
	}
	again, err := w.failure("", err)
	if err != nil || again.SQLState != f.SQLState {
		return false
	}
	same, _, _ := raisedIn(again)
	return same == name
}

// meantToRefuse reports whether a name says that a trigger refuses every row.
func meantToRefuse(name string) bool {
	return regexp.MustCompile(`(?i)forbid|deny|prevent|block|read_?only|immutable|append_?only|(^|_)no_|protect|guard|refuse|reject|` +
		`archiv|disallow|lock|frozen|freeze|restrict|deprecat|closed|disabled`).MatchString(name)
}

func (w *writer) hasMeantTrigger() bool {
	for _, name := range w.table.Triggers {
		if meantToRefuse(name) {
			return true
		}
	}
	return false
}

// looksAtClock reports whether what a function does depends on the time: existing rows say nothing then.
func looksAtClock(body string) bool {
	return regexp.MustCompile(`(?i)\b(now|clock_timestamp|current_date|current_timestamp|localtimestamp|statement_timestamp)\b`).MatchString(body)
}

// unconditional reports whether a function's line is reached whatever happens before it: nothing is open around it,
// and nothing returns before.
func unconditional(body string, line int) bool {
	body = regexp.MustCompile(`(?s)--[^\n]*|'(?:[^']|'')*'`).ReplaceAllStringFunc(body, func(s string) string {
		return strings.Repeat("\n", strings.Count(s, "\n"))
	})
	lines := strings.Split(body, "\n")
	text := strings.Join(lines[:min(line, len(lines))], "\n")
	if at := strings.LastIndex(strings.ToUpper(text), "RAISE"); at >= 0 {
		text = text[:at]
	}
	depth := 0
	for _, m := range regexp.MustCompile(`(?i)\b(end\s+(?:if|case|loop)|if|case|loop|return|exception|exit|continue)\b`).FindAllString(text, -1) {
		word := strings.ToLower(m)
		switch {
		case strings.HasPrefix(word, "end"):
			depth--
		case word == "if" || word == "case" || word == "loop":
			depth++
		default:
			return false
		}
	}
	return depth == 0
}

// refusesEach reports whether the table has rows, and each of the first few is refused as it stands, in the same way.
func (w *writer) refusesEach(ctx context.Context, state string) bool {
	first := "SELECT tableoid::regclass::text, ctid::text FROM " + w.table.Quoted() + " LIMIT 5"
	rows, err := w.tx.Query(ctx, first, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return false
	}
	places, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (at place, err error) {
		err = row.Scan(&at.table, &at.ctid)
		return at, err
	})
	sets := w.changes()
	if err != nil || len(places) < 2 || len(sets) == 0 {
		return false
	}
	for _, at := range places {
		if _, err := w.placed(ctx, "UPDATE "+w.table.Quoted()+" SET "+sets[0]+at.where()); query.State(err) != state {
			return false
		}
	}
	return true
}

// meansToSwallow reports whether a trigger drops an UPDATE or a DELETE on purpose: a DELETE that only marks the row, an
// UPDATE that changes nothing.
func (w *writer) meansToSwallow(ctx context.Context, verb string) (meant bool, err error) {
	event, pattern := 16, `\mIF\M.*\mRETURN\s+NULL`
	if verb == "DELETE" {
		event, pattern = 8, `\mRETURN\s+NULL`
	}
	err = w.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
  WHERE t.tgrelid = $1::int8::oid AND NOT t.tgisinternal AND t.tgtype & 3 = 3 AND t.tgtype & $2::int4 <> 0 AND (l.lanname IN ('internal', 'c') OR p.prosrc ~* $3))`,
		pgx.QueryExecModeSimpleProtocol, int64(w.table.OID), event, pattern).Scan(&meant)
	return meant, err
}
