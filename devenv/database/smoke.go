package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// FailedWrite is a write that does not work. Broken says that the schema is at fault; otherwise no legal row could be made.
type FailedWrite struct {
	Table, Role, Statement    string
	SQLState, Message, Detail string
	Broken                    bool
}

// beginner is a connection, or a transaction of one.
type beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// Touched are the tables that the application may write and that a move touched, or may have broken from afar: when something
// was dropped or renamed, also those with triggers.
func Touched(before, after *Shape) []*Table {
	var touched []*Table
	gone := slices.ContainsFunc(before.Tables, func(was Table) bool {
		is := after.Table(was.OID)
		return is == nil || is.Label() != was.Label() || slices.ContainsFunc(was.Columns, func(c Column) bool {
			now := is.Column(c.Number)
			return now == nil || now.Name != c.Name || now.Type != c.Type
		})
	})
	for i := range after.Tables {
		is := &after.Tables[i]
		was := before.Table(is.OID)
		if is.Partition {
			continue
		}
		if was == nil || was.Label() != is.Label() || writesDependOn(was) != writesDependOn(is) || gone && len(is.Triggers) > 0 {
			touched = append(touched, is)
		}
	}
	return touched
}

// writesDependOn is everything of a table that a write depends on, as one text.
func writesDependOn(t *Table) string {
	var text strings.Builder
	for _, c := range t.Columns {
		fmt.Fprintln(&text, c.Number, c.Name, c.Type, c.NotNull, c.Default, c.Identity, c.Generated, c.DomainChecks)
	}
	for _, k := range t.Constraints {
		fmt.Fprintln(&text, k.Name, k.Definition, k.Valid)
	}
	for _, x := range t.Indexes {
		if x.Unique || x.Expressions != "" {
			fmt.Fprintln(&text, x.Name, x.Definition)
		}
	}
	fmt.Fprintln(&text, t.Triggers)
	return text.String()
}

// TryWrites inserts, updates and deletes a row of each table, as each role given for it (the connection's own for ""), and
// takes all back. It returns those that failed.
func TryWrites(ctx context.Context, conn beginner, shape *Shape, tables []*Table, roles func(*Table) []string) ([]FailedWrite, error) {
	var failed []FailedWrite
	for _, t := range tables {
		for _, role := range roles(t) {
			f, err := tryWrite(ctx, conn, shape, t, role)
			if refusedByServer(err) {
				f, err = failure(t, role, "", err)
			}
			if err != nil {
				return nil, fmt.Errorf("write to %s: %w", t.Label(), err)
			}
			if f != nil {
				failed = append(failed, *f)
				break
			}
		}
	}
	return failed, nil
}

// tryWrite writes to one table. A sequence that is behind its column is found by the row that collides.
func tryWrite(ctx context.Context, conn beginner, shape *Shape, t *Table, role string) (*FailedWrite, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is to stay
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = '20s'"); err != nil {
		return nil, err
	}
	maker := NewRowMaker(tx, shape)
	if f, err := behind(ctx, tx, maker, t); f != nil || err != nil {
		return f, err
	}
	statements, err := maker.Row(ctx, t, nil)
	if err != nil {
		return failure(t, role, maker.Last(), err)
	}
	last := len(statements) - 1
	for _, parent := range statements[:last] {
		if _, err := tx.Exec(ctx, parent, pgx.QueryExecModeSimpleProtocol); err != nil {
			return failure(t, role, parent, err)
		}
	}
	if role != "" {
		if _, err := tx.Exec(ctx, "SET LOCAL ROLE "+quote(role)); err != nil {
			return nil, nil //nolint:nilerr // a role that this connection may not take
		}
	}
	for _, statement := range append(statements[last:], update(t, role)...) {
		if _, err := tx.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			return failure(t, role, statement, err)
		}
	}
	return nil, nil
}

// update writes the last row once more, as the owner: another role may have no right to.
func update(t *Table, role string) []string {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Generated == "" && c.Identity != "a" })
	if i < 0 || role != "" {
		return nil
	}
	where := " WHERE ctid = (SELECT max(ctid) FROM " + t.quoted() + ")"
	if t.Partitioned {
		where = ""
	}
	return []string{fmt.Sprintf("UPDATE %s SET %s = %s", t.quoted(), Identifier(t.Columns[i].Name), Identifier(t.Columns[i].Name)) + where}
}

// behind finds a sequence that will next give a key that is there already.
func behind(ctx context.Context, tx pgx.Tx, maker *RowMaker, t *Table) (*FailedWrite, error) {
	for _, c := range t.Columns {
		if c.Sequence == "" || !c.serial() || !t.unique(c.Number) {
			continue
		}
		var behind bool
		var next, highest int64
		err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT q.next, q.most, q.next <= q.most FROM (
  SELECT (SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM %s) AS next, (SELECT coalesce(max(%s), 0)::int8 FROM %s) AS most) q
  WHERE (SELECT seqincrement FROM pg_sequence WHERE seqrelid = %s::regclass) > 0`,
			c.Sequence, quote(c.Name), quote(t.Schema, t.Name), literal(c.Sequence))).Scan(&next, &highest, &behind)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if behind {
			if _, err := maker.Row(ctx, t, map[int16]string{c.Number: "DEFAULT"}); ctx.Err() != nil {
				return nil, err // else it is refused, or will be: the statement is what is wanted
			}
			return &FailedWrite{
				Table: t.Label(), Broken: true, SQLState: "23505", Statement: maker.Last(),
				Message: fmt.Sprintf("the sequence of %s.%s gives %d next, and rows up to %d are there", t.quoted(), c.Name, next, highest),
				Detail:  fmt.Sprintf("SELECT setval('%s', (SELECT max(%s) FROM %s))", c.Sequence, Identifier(c.Name), t.quoted()),
			}, nil
		}
	}
	return nil, nil
}

// brokenStates are what a write meets when a function, a trigger or a right does not fit the schema.
func brokenStates() []string {
	return []string{"42703", "42P01", "42883", "42501", "42704", "42804", "42725", "42P02", "2200H", "42846", "42809"}
}

// failure says how a write failed; an error of the connection stays one.
func failure(t *Table, role, statement string, err error) (*FailedWrite, error) {
	f := &FailedWrite{Table: t.Label(), Role: role, Statement: statement, Message: err.Error()}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		f.SQLState, f.Message, f.Detail = refused.Code, refused.Message, refused.Where
		f.Broken = slices.Contains(brokenStates(), refused.Code)
		return f, nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	return f, nil
}

// Writers are the roles that could insert into a table, besides owners and superusers, by the table's OID.
func Writers(ctx context.Context, conn *pgx.Conn) (map[uint32][]string, error) {
	rows, err := conn.Query(ctx, `SELECT c.oid, r.rolname::text FROM pg_class c CROSS JOIN pg_roles r
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  AND NOT r.rolsuper AND r.oid <> c.relowner AND r.rolname !~ '^pg_' AND NOT pg_has_role(r.oid, c.relowner, 'USAGE')
  AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.privilege_type = 'INSERT' AND a.grantee <> 0)
  AND has_table_privilege(r.oid, c.oid, 'INSERT') ORDER BY 1, 2`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return nil, fmt.Errorf("ask which roles write: %w", err)
	}
	writers := map[uint32][]string{}
	var oid uint32
	var role string
	_, err = pgx.ForEachRow(rows, []any{&oid, &role}, func() error { writers[oid] = append(writers[oid], role); return nil })
	return writers, err
}

// RolesFor are the roles as which a table is written after a move: those that wrote it before; for a new one, those that
// wrote every table of the same schema before. The connection's own role comes first, as "".
func RolesFor(before *Shape, writers map[uint32][]string) func(*Table) []string {
	return func(t *Table) []string {
		if before.Table(t.OID) != nil {
			return append([]string{""}, writers[t.OID]...)
		}
		var common []string
		first := true
		for i := range before.Tables {
			was := &before.Tables[i]
			switch {
			case was.Schema != t.Schema || was.Partition:
			case first:
				common, first = slices.Clone(writers[was.OID]), false
			default:
				common = slices.DeleteFunc(common, func(r string) bool { return !slices.Contains(writers[was.OID], r) })
			}
		}
		return append([]string{""}, common...)
	}
}
