package devenv

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine/enginetest"
	"devenv/devenv/config"
	"devenv/devenv/discover"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/testbed"
)

// plainProject returns the files of a project that migrates with plain SQL.
func plainProject() map[string]string {
	return map[string]string{
		"docker-compose.yml": `services:
  postgres:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: plain}
  migrate:
    image: postgres:17
    depends_on: [postgres]
    volumes: ["./migrations:/migrations"]
`,
		"seed.sql": "INSERT INTO members (email, handle) VALUES " +
			"('ada@example.org', 'ada'), ('bob@example.org', 'bob'), ('eve@example.org', 'eve');\n" +
			"INSERT INTO tags (label) VALUES ('new'), ('old');\n",
		"migrations/0001_members.up.sql": "SET lock_timeout = '9s';\nCREATE TABLE members (id serial PRIMARY KEY, email text, handle text, token text);\n" +
			"CREATE TABLE tags (id serial PRIMARY KEY, label text NOT NULL);\nCREATE VIEW labels AS SELECT label FROM tags;\n",
		"migrations/0001_members.down.sql": "DROP VIEW labels;\nDROP TABLE tags;\nDROP TABLE members;\n",
	}
}

// plainBranch creates a repository whose branch adds one revision.
func plainBranch(t *testing.T, up, down string) string {
	t.Helper()
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		command := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.org"}, args...)...)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(files map[string]string) {
		t.Helper()
		for name, content := range files {
			file := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	git("init", "-q", "-b", "main")
	write(plainProject())
	git("add", "-A")
	git("commit", "-qm", "The project")
	git("checkout", "-qb", "feature")
	write(map[string]string{"migrations/0002_more.up.sql": up, "migrations/0002_more.down.sql": down})
	git("add", "-A")
	git("commit", "-qm", "More")
	return dir
}

// plainRun tests a branch's revision with the second tool.
func plainRun(t *testing.T, dir string, silent bool) map[string]report.Check {
	t.Helper()
	r := newRun(testbed.New(session.New("test-migration", Options{Dir: dir}), testbed.Request{
		Existing: true,
		Services: func(*types.Project, discover.Files, *config.Config) (*discover.Project, error) {
			return plainServices(silent), nil
		},
	}))
	result, err := r.test(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, report.HintOf(err), strings.Join(report.OutputOf(err), "\n"))
	}
	left, err := enginetest.Require(t).Resources(t.Context(), project.LabelWorktree+"="+project.WorktreeID(dir))
	if err != nil || len(left) > 0 {
		t.Errorf("left on the engine: %v, %v", left, err)
	}
	checks := map[string]report.Check{}
	for _, check := range result.Document.Checks {
		checks[check.ID] = check
	}
	return checks
}

// said holds what checks say, except plain passes: a status, and parts of the summary, hint and evidence.
type said map[string][]string

// with adds what is true of every run with the second tool: what it lacks, by name, and that there is no backend.
func (s said) with() said {
	const models = "plain SQL cannot generate revisions from the models"
	all := said{
		"apply.atomic": {"skip", "plain SQL cannot interrupt an upgrade between two statements"}, "drift.models": {
			"skip",
			models,
		}, "drift.catalog": {"skip", models},
		"start.branch": {"skip", "no backend"}, "start.base": {"skip", "no backend"},
	}
	maps.Copy(all, s)
	return all
}

// TestASecondToolGoesThroughTheTrials runs test-migration with plain SQL, which has no optional abilities.
func TestASecondToolGoesThroughTheTrials(t *testing.T) {
	failed := []string{"skip", "the upgrade failed (apply.seeded)"}
	for name, c := range map[string]struct {
		up, down string
		silent   bool
		want     said
	}{
		"a sound revision, of a tool that tells no statements": {
			"-- devenv: allow data.lost(public.members.handle) -- nobody reads it\n" +
				"ALTER TABLE members DROP COLUMN handle, ADD COLUMN tier integer NOT NULL DEFAULT 1;\nDROP VIEW labels;\n",
			"CREATE VIEW labels AS SELECT label FROM tags;\nALTER TABLE members DROP COLUMN tier, ADD COLUMN handle text;\n",
			true,
			said{
				"drift.unintended": {"skip", "plain SQL does not report the statements that it runs"},
				"data.lost":        {"pass", "members.handle", "nobody reads it"}, "notes": {"pass", "nothing"},
			},
		},
		"a revision with faults": {
			"ALTER TABLE members ADD COLUMN nick text;\nALTER TABLE members DROP COLUMN handle;\n" +
				"ALTER TABLE members ALTER COLUMN email SET NOT NULL;\n" +
				"UPDATE members SET token = md5(random()::text);\nINSERT INTO tags (id, label) VALUES (3, 'urgent');\n",
			"-- the way back\nALTER TABLE members ADD COLUMN handle text NOT NULL;\n",
			false,
			said{
				"data.lost": {
					"fail", "3 of 3 non-null values of members.handle",
					"-- devenv: allow data.lost(public.members.handle)",
				},
				"data.changed":    {"warn", "members.token gets different values"},
				"generate.rename": {"warn", "nick may be a rename of handle", "ALTER TABLE members RENAME COLUMN handle TO nick;"},
				"apply.adversarial": {
					"warn", "a row that is legal today breaks the upgrade",
					"UPDATE members SET email = … WHERE email IS NULL;",
				},
				"reverse.applies": {
					"warn", "revision 0002 cannot be downgraded", "ALTER TABLE members ADD COLUMN handle text;",
					"migrations/0002_more.down.sql:1",
				},
				"reverse.schema": {"skip", "the downgrade failed"}, "reverse.again": {"skip", "the downgrade failed"},
				"write.smoke": {"fail", "public.tags can no longer be written", "SELECT setval(", "migrations/0002_more.up.sql:5"},
				"notes":       {"pass", "it waits for its lock on public.members", "SET lock_timeout = '5s';"},
			},
		},
		"a revision that fails on data": {
			"ALTER TABLE members ADD COLUMN tenant integer NOT NULL;\n", "ALTER TABLE members DROP COLUMN tenant;\n", false,
			said{
				"apply.seeded": {
					"fail", "contains null values (3 rows)", "ALTER TABLE members ALTER COLUMN tenant SET NOT NULL;",
					"migrations/0002_more.up.sql:1",
				},
				"apply.stepwise": failed, "apply.adversarial": failed, "data.lost": failed, "data.changed": failed,
				"write.smoke": failed, "drift.unintended": failed, "generate.rename": failed,
				"reverse.applies": {"pass", "on a schema made from scratch"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, want := plainRun(t, plainBranch(t, c.up, c.down), c.silent), c.want.with()
			for id, check := range got {
				text := check.Summary + "\n" + check.Waived + "\n" + check.Hint
				for _, e := range check.Evidence {
					text += fmt.Sprintf("\n%s:%d %s %s", e.File, e.Line, e.Message, e.Detail)
				}
				says, listed := want[id]
				if !listed {
					says = []string{"pass"}
				}
				if string(check.Status) != says[0] {
					t.Errorf("%s is %s, want %s: %s", id, check.Status, says[0], text)
				}
				for _, part := range says[1:] {
					if !strings.Contains(text, part) {
						t.Errorf("%s does not say %q: %s", id, part, text)
					}
				}
			}
		})
	}
}
