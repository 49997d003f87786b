package routines

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/database/query"
)

// checker looks at one function.
type checker struct {
	tx      pgx.Tx
	routine *routine
	// words finds the names that mean something else now; isNew is set if the function itself was created or replaced.
	words *regexp.Regexp
	isNew bool

	body      body
	variables map[string]string
}

// mostTables is how many tables a trigger's function is looked at for.
const mostTables = 5

// check adds the function's first fault to what was found.
func (c *checker) check(ctx context.Context, found *Findings) error {
	if c.routine.language == "sql" {
		refusal, err := c.try(ctx, c.routine.definition)
		if f := c.fault(refusal, statement{}); f != nil {
			found.Faults = append(found.Faults, *f)
		}
		return err
	}
	c.body = read(c.routine.source)
	if c.body.dynamic {
		found.Unjudged = append(found.Unjudged, c.routine.label)
	}
	if c.routine.trigger && c.isNew && !alwaysReturns(c.routine.source) {
		found.Faults = append(found.Faults, Fault{
			Routine: c.routine.label, SQLState: "2F005", Doubtful: true, Message: "it can end without RETURN, and then fails",
		})
	}
	tables := c.routine.tables[:min(mostTables, len(c.routine.tables))]
	if len(tables) == 0 {
		tables = []string{""}
	}
	for _, table := range tables {
		c.declare(table)
		for _, s := range c.body.statements {
			f, err := c.checkStatement(ctx, s)
			if err != nil {
				return err
			}
			if f != nil {
				found.Faults = append(found.Faults, *f)
				return nil
			}
		}
	}
	return nil
}

// declare collects the variables that the statements may use.
func (c *checker) declare(table string) {
	c.variables = map[string]string{"found": "boolean", "sqlstate": "text", "sqlerrm": "text"}
	for i, a := range c.routine.arguments {
		c.variables[fmt.Sprintf("$%d", i+1)] = a.kind
		if a.name != "" {
			c.variables[a.name] = a.kind
		}
	}
	if c.routine.event {
		maps.Copy(c.variables, map[string]string{"tg_event": "text", "tg_tag": "text"})
	}
	if c.routine.trigger {
		maps.Copy(c.variables, map[string]string{
			"tg_op": "text", "tg_name": "name", "tg_when": "text", "tg_level": "text", "tg_relid": "oid", "tg_relname": "name",
			"tg_table_name": "name", "tg_table_schema": "name", "tg_nargs": "integer", "tg_argv": "text[]", "new": table, "old": table,
		})
		if table == "" {
			c.variables["new"], c.variables["old"] = "record", "record"
		}
	}
	for name, kind := range c.body.variables {
		c.variables[name] = c.typeOf(kind)
	}
}

// typeOf returns a declared type as an argument of a function can have it.
func (c *checker) typeOf(kind string) string {
	lower := strings.ToLower(strings.ReplaceAll(kind, " ", ""))
	if base, ok := strings.CutSuffix(lower, "%type"); ok && !strings.Contains(base, ".") {
		if known := c.variables[base]; known != "" {
			return known
		}
		return c.typeOf(c.body.variables[base])
	}
	if strings.HasSuffix(lower, "%rowtype") {
		return strings.TrimSpace(kind[:strings.LastIndex(kind, "%")])
	}
	if lower == "record" || lower == "" {
		return "record"
	}
	return kind
}

// checkStatement lets Postgres analyse a statement as the body of an SQL function whose arguments are the variables.
func (c *checker) checkStatement(ctx context.Context, s statement) (*Fault, error) {
	sql, used := c.bound(s)
	arguments := make([]string, 0, len(used))
	for _, name := range slices.Sorted(maps.Keys(used)) {
		arguments = append(arguments, query.Quote(used[name])+" "+c.variables[name])
	}
	create := "CREATE FUNCTION pg_temp.devenv_statement(" + strings.Join(arguments, ", ") + ") RETURNS void LANGUAGE sql AS " +
		query.Literal(sql)
	for _, name := range c.routine.transitions {
		if len(c.routine.tables) > 0 {
			create = "CREATE TEMP VIEW " + query.Quote(name) + " AS SELECT * FROM " + c.routine.tables[0] + "; " + create
		}
	}
	refusal, err := c.try(ctx, create)
	return c.fault(refusal, s), err
}

// try attempts a statement. A new function may name what only the application's search_path finds, or a role's: what
// means nothing else than before the change is looked for in all schemas.
func (c *checker) try(ctx context.Context, sql string) (refusal, err error) {
	refusal, err = c.attempt(ctx, sql, c.routine.searchPath)
	missing := slices.Contains(missingStates(), query.State(refusal))
	if !c.isNew || c.routine.searchPath != nil || !missing || c.words.MatchString(named(refusal)) {
		return refusal, err
	}
	var everywhere string
	err = c.tx.QueryRow(ctx, `SELECT concat_ws(', ', nullif(current_setting('search_path'), ''),
  (SELECT string_agg(quote_ident(nspname), ', ' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'))`,
		pgx.QueryExecModeSimpleProtocol).Scan(&everywhere)
	if err != nil {
		return nil, err
	}
	return c.attempt(ctx, sql, &everywhere)
}

// named returns what a refusal names.
func named(refusal error) string {
	var refused *pgconn.PgError
	if !errors.As(refusal, &refused) {
		return ""
	}
	return regexp.MustCompile(`"([^"]+)"|(?:column|function) ([\w.]+)`).FindString(refused.Message)
}

// missingStates returns the SQLSTATEs of a name that does not exist.
func missingStates() []string { return []string{"42703", "42P01", "42704", "42883", "3F000"} }

// bound returns a statement in which variables without known columns are NULL, and the other variables that it uses, by
// their names, with the names that it calls them now.
func (c *checker) bound(s statement) (string, map[string]string) {
	used := map[string]string{}
	list := slices.Clone(s.tokens)
	for i := 0; i < len(list); i++ {
		name := list[i].name()
		if strings.HasPrefix(list[i].text, "$") && list[i].kind == sign {
			name = list[i].text
		}
		after := i > 0 && list[i-1].is(".")
		qualifies := i+2 < len(list) && list[i+1].is(".") && c.variables[list[i+2].name()] != "" &&
			(name == strings.ToLower(c.routine.name) || slices.Contains(c.body.labels, name))
		switch kind := c.variables[name]; {
		case after:
		case qualifies:
			list[i+2].space = list[i].space
			list = append(list[:i:i], list[i+2:]...)
			i--
		case kind == "":
		case kind == "record":
			list[i].kind, list[i].text = word, "NULL"
			if i+2 < len(list) && list[i+1].is(".") {
				list = append(list[:i+1:i+1], list[i+3:]...)
			}
		case strings.HasPrefix(name, "$"):
			used[name] = "devenv_" + name[1:]
			list[i].text = used[name]
		default:
			used[name] = name
		}
	}
	return source(list), used
}

// fault returns what a refusal says about the function, nil if nothing: only names and types that do not exist count,
// and in a function that did not change itself only what changed. A table that a new function does not find may be made
// by who calls it.
func (c *checker) fault(refusal error, s statement) *Fault {
	var refused *pgconn.PgError
	if !errors.As(refusal, &refused) {
		return nil
	}
	missingColumn(refused, s.tokens, c.words)
	missing := slices.Contains(missingStates(), refused.Code)
	own := c.isNew && refused.Code != "42P01" && refused.Code != "3F000"
	wrong := slices.Contains([]string{"42804", "22P02", "42846", "42601"}, refused.Code) &&
		!strings.Contains(refused.Message, "syntax error")
	operator := strings.HasPrefix(refused.Message, "operator does not exist")
	if c.isNew && refused.Code == "22P02" && strings.HasPrefix(refused.Message, "invalid input value for enum") && quotes(s.tokens, refused.Message) {
		own, wrong, missing = true, false, true // it compares with a label that there is not
	}
	switch {
	case !missing && !wrong, c.created(refused.Message),
		!own && missing && !operator && !c.words.MatchString(named(refused)),
		c.isNew && wrong, (wrong || operator) && !c.words.MatchString(source(s.tokens)) && c.routine.language != "sql":
		return nil
	}
	missed := strings.Trim(c.words.FindString(refused.Message), ` ".(),:`)
	return &Fault{
		Routine: c.routine.label, Missing: missed, Line: s.line, Statement: s.text(),
		SQLState: refused.Code, Message: refused.Message,
	}
}

// quotes reports whether a statement has the text in quotes that ends a message.
func quotes(list []token, message string) bool {
	return slices.ContainsFunc(list, func(t token) bool { return t.literal() != "" && strings.HasSuffix(message, `: "`+t.literal()+`"`) })
}

// created reports whether a refusal names a table that the function itself creates.
func (c *checker) created(message string) bool {
	return slices.ContainsFunc(c.body.creates, func(name string) bool { return strings.Contains(message, `"`+name+`"`) })
}

// missingColumn rewrites the refusal of a column that a variable's row does not have: to an SQL function the variable
// then looks like a table that is missing.
func missingColumn(refused *pgconn.PgError, list []token, words *regexp.Regexp) {
	m := regexp.MustCompile(`^missing FROM-clause entry for table "(.+)"$`).FindStringSubmatch(refused.Message)
	if m == nil {
		return
	}
	for i := 0; i+2 < len(list); i++ {
		if list[i].name() == m[1] && list[i+1].is(".") && words.MatchString(list[i+2].name()) {
			refused.Code = "42703"
			refused.Message = fmt.Sprintf("%s has no column %q", m[1], list[i+2].name())
			return
		}
	}
}
