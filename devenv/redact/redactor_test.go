package redact

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestSecretsCutByALineEndAreRemoved(t *testing.T) {
	r := New()
	r.Learn(Source{Variable, "API_TOKEN", "Xk29dPq7LmZ4vB8tRw1c"})
	for _, lines := range [][]string{
		{"token Xk29dPq7LmZ4", "vB8tRw1c is refused"},
		{"│ token Xk29dPq7LmZ4vB │", "│ 8tRw1c │"},
		{"token Xk29dPq7LmZ4vB8…"},
	} {
		got := strings.Join(r.Lines(lines), "\n")
		if strings.Contains(got, "Xk29") || strings.Contains(got, "Rw1c") {
			t.Errorf("%q became %q", lines, got)
		}
	}
	var h heard
	listener := r.Listener(&h)
	for _, e := range []report.StepOutput{
		{Name: "a", Line: "token Xk29dPq7LmZ4"},
		{Name: "b", Line: "between"},
		{Name: "a", Line: "vB8tRw1c is refused"},
	} {
		listener.Emit(e)
	}
	if got := fmt.Sprint(h.events); strings.Contains(got, "Rw1c") || !strings.Contains(got, "between") {
		t.Errorf("a step's output became %s", got)
	}
}

func TestAShellsWorkingDirectoryIsNoSecret(t *testing.T) {
	r := New()
	r.Learn(Source{Inherited, "PWD", "/tmp/TestAProjectThatReachesIntoTheHost3050488406/001/toolshed"})
	r.Learn(Source{Variable, "CREDENTIALS", "/tmp/TestAProjectThatReachesIntoTheHost3050488406/001/toolshed"})
	if said := "kept below /tmp/TestAProjectThatReachesIntoTheHost3050488406/001/toolshed"; r.Text(said) != said || len(r.Values()) > 0 {
		t.Errorf("it became %q, and is a secret: %q", r.Text(said), r.Values())
	}
}

func TestUnknownPrivateKeysAreRemovedLineByLine(t *testing.T) {
	lines := append(append([]string{"here it is:"}, strings.Split(key, "\n")...), "and", "that was it")
	got := New().Lines(lines)
	for _, line := range keyLines() {
		if slices.Contains(got, line) {
			t.Errorf("%q came through", line)
		}
	}
	if got[0] != lines[0] || got[len(got)-1] != "that was it" {
		t.Errorf("the lines around it became %q", got)
	}
	if code := `START = b"-----BEGIN OPENSSH PRIVATE KEY-----"`; New().Text(code) != code {
		t.Errorf("%q became %q", code, New().Text(code))
	}
	open := []string{"a file begins with -----BEGIN PRIVATE KEY-----", "This is an error: no such file", "Xq: 1"}
	if got := New().Lines(open); !slices.Equal(got[1:], open[1:]) {
		t.Errorf("what is no key became %q", got)
	}
}

func TestInvisibleCharactersHideNoSecret(t *testing.T) {
	r := New()
	r.Learn(Source{Variable, "DB_PW", "Lantern77"})
	for _, text := range []string{
		"Lan\x1b[1mtern77\x1b[0m", "Lan\u200btern77", "Lan\x00tern77", "Lan\u202etern77",
		"\x1b[31mpassword\x1b[0m=Lantern77",
	} {
		if got := visible(r.Text(text)); strings.Contains(got, "Lantern") || strings.Contains(got, "tern77") {
			t.Errorf("%q became %q", text, got)
		}
	}
	if colours := "\x1b[31mred\x1b[0m"; r.Text(colours) != colours {
		t.Error("colours are lost where no secret is")
	}
}

func TestEveryRuleOfTheFileIsValid(t *testing.T) {
	x := newRules()
	if len(x.all) < 200 {
		t.Fatalf("%d rules were read", len(x.all))
	}
	for _, r := range x.all {
		if r.compile() == nil || len(r.allowed()) < len(r.exceptions()) {
			t.Errorf("Go does not know an expression of rule %s", r.ID)
		}
		if len(r.Keywords) == 0 {
			t.Errorf("nothing asks for rule %s", r.ID)
		}
	}
}

func TestInvalidRuleStopsNoOther(t *testing.T) {
	x := rulesOf(`
[[rules]]
id = "later"
regex = 'acme-(?=x)'
keywords = ["acme"]

[[rules]]
id = "sound"
regex = 'acme-[0-9]{8}'
keywords = ["acme"]
[[rules.allowlists]]
regexes = ['(?<!x)', 'acme-0{8}']
`)
	if got := x.find("sent acme-12345678 and acme-00000000"); !slices.Equal(got, []span{{5, 18}}) {
		t.Errorf("found %v", got)
	}
	if got := rulesOf("[[").find("acme-12345678"); len(got) > 0 {
		t.Errorf("without rules: %v", got)
	}
}

// manySecrets returns as many secrets as a large project has.
func manySecrets(n int) []Source {
	var all []Source
	for i := range n {
		all = append(all, Source{Variable, "A_PASSWORD", fmt.Sprintf("S3cret-%d-%x", i, i*7919)})
	}
	return all
}

func BenchmarkALogOfTenMegabytes(b *testing.B) {
	r := New()
	r.Learn(manySecrets(200)...)
	lines := []string{
		`2026-11-28T12:00:00Z INFO  [alembic.runtime.migration] Running upgrade 2ae7f14b9c60 -> faf19390e2bd, deposits and care notes`,
		`INFO:     172.18.0.5:51422 - "GET /api/tools?page=2&token_type=any HTTP/1.1" 200 OK`,
		`  File "/usr/local/lib/python3.13/site-packages/sqlalchemy/engine/base.py", line 1969, in _exec_single_context`,
		`sqlalchemy.exc.OperationalError: (psycopg.OperationalError) connection failed: postgresql://app:***@db/app`,
		`{"level": "info", "key": "value", "msg": "request handled", "auth": "session", "duration_ms": 12.5}`,
	}
	var log []string
	for size := 0; size < 10<<20; size += len(log[len(log)-1]) {
		log = append(log, lines[len(log)%len(lines)])
	}
	r.Text("warm")
	for b.Loop() {
		r.Lines(log)
	}
	b.SetBytes(10 << 20)
}

func BenchmarkTheFirstLine(b *testing.B) {
	for b.Loop() {
		r := New()
		r.Learn(manySecrets(20)...)
		r.Text("password=" + strings.Repeat("x", 20))
	}
}

func FuzzRedactingTwiceChangesNothing(f *testing.F) {
	for _, k := range kinds() {
		f.Add(k.source.Name, k.source.Text, []byte(k.source.Text))
		for _, text := range k.prints {
			f.Add(k.source.Name, k.hidden[0], []byte(strings.ReplaceAll(text, "{}", k.hidden[0])))
		}
	}
	f.Add("PASSWORD", "hunter", []byte("longsecret12hunter=hunter"))
	f.Fuzz(func(t *testing.T, name, secret string, text []byte) {
		r := New()
		r.Learn(Source{Variable, name, secret}, Source{File, "/p/.env", secret}, Source{Variable, "DB_PW", "longsecret12"})
		once := r.Text(string(bytes.ToValidUTF8(text, nil)))
		if twice := r.Text(once); twice != once {
			t.Errorf("%q became %q, then %q", text, once, twice)
		}
	})
}

func TestHostsInURLsAreProjectWords(t *testing.T) {
	r := New()
	r.Learn(Source{Variable, "DATABASE_URL", "postgresql://app:pw-of-app-1@harbour:5432,seaside:5432/app"})
	r.Learn(Source{Variable, "SHELL_PASSWORD", "seaside"})
	for _, text := range []string{"container seaside is healthy", "container harbour is healthy"} {
		if got := r.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
