package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// rowsTable holds the rows that must not get lost.
const rowsTable = "torture_rows"

// makeRows creates the table if it does not exist.
const makeRows = "CREATE TABLE IF NOT EXISTS " + rowsTable + " (id text PRIMARY KEY);\n"

// sql runs statements in a container's database and returns psql's output.
func sql(ctx context.Context, container, statements string) (string, error) {
	cmd := exec.CommandContext(ctx, "docker", "exec", "-i", container, "psql", "-XqAt", "-v", "ON_ERROR_STOP=1",
		"-U", "postgres", "-f", "-")
	cmd.Stdin = strings.NewReader(statements)
	return output(cmd)
}

// ready starts the project's database if it does not run, and waits until it answers.
func (p *project) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if _, err := docker(ctx, "start", p.container("postgres")); err != nil {
		return err
	}
	for {
		_, err := docker(ctx, "exec", p.container("postgres"), "pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", p.container("postgres"), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// fill replaces the content of the table by an attempt's initial rows.
func (p *project) fill(ctx context.Context, tag string) ([]string, error) {
	var rows, values []string
	for i := range 5 {
		row := fmt.Sprintf("%s before %d", tag, i)
		rows, values = append(rows, row), append(values, "('"+row+"')")
	}
	_, err := sql(ctx, p.container("postgres"), makeRows+"TRUNCATE "+rowsTable+";\nINSERT INTO "+rowsTable+" VALUES "+strings.Join(values,
		", "))
	return rows, err
}

// rows returns the rows that the database holds now.
func (p *project) rows(ctx context.Context) ([]string, error) {
	printed, err := sql(ctx, p.container("postgres"), makeRows+"SELECT id FROM "+rowsTable+" ORDER BY id")
	if err != nil || printed == "" {
		return nil, err
	}
	return strings.Split(printed, "\n"), nil
}

// everything summarizes the rows of every table; the same data gives the same result.
const everything = `SELECT string_agg(t || '=' || md5(x::text), ' ' ORDER BY t) FROM (
	SELECT t.oid::regclass::text AS t, query_to_xml(format('SELECT * FROM %s AS r ORDER BY r::text', t.oid::regclass), true, true, '') AS x
	FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
	WHERE t.relkind = 'r' AND n.nspname = 'public') AS tables`

// data summarizes the database's content.
func (p *project) data(ctx context.Context) (string, error) {
	return sql(ctx, p.container("postgres"), everything)
}

// whole reads all tables and checks all B-trees against them; damage is an error. It changes nothing.
const whole = `BEGIN;
CREATE EXTENSION amcheck;
SELECT count(bt_index_check(i.indexrelid, true)) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
	WHERE a.amname = 'btree' AND c.relpersistence = 'p' AND i.indisvalid;
SELECT count(*) FROM (SELECT verify_heapam(c.oid) FROM pg_class c WHERE c.relkind IN ('r', 't') AND c.relpersistence = 'p') AS broken;
ROLLBACK;`

// sound returns what is damaged in the database, "" for nothing.
func (p *project) sound(ctx context.Context) string {
	printed, err := sql(ctx, p.container("postgres"), whole)
	lines := strings.Fields(printed)
	switch {
	case err != nil:
		return "the data is broken: " + err.Error()
	case len(lines) != 2 || lines[1] != "0":
		return "the data is broken: amcheck reports " + printed
	}
	return ""
}

// alarms matches lines that a server never logs if its files are its own.
var alarms = regexp.MustCompile(`PANIC|WAL file is from different|could not open file|invalid page|could not read block|could not locate|different database system|lock file .* (contains wrong|is bogus|could not)`)

// alarmsIn returns the alarming lines of a server's log.
func alarmsIn(log string) []string {
	var found []string
	for line := range strings.Lines(log) {
		if alarms.MatchString(line) && !slices.Contains(found, strings.TrimSpace(line)) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// logSince returns what a container has logged since a time.
func logSince(ctx context.Context, container string, since time.Time) string {
	out, err := exec.CommandContext(ctx, "docker", "logs", "--since", since.Format(time.RFC3339Nano), container).CombinedOutput()
	if err != nil {
		return "" // it is gone
	}
	return string(out)
}
