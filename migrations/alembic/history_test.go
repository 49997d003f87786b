package alembic

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/migrations"
)

// revisionFile is a revision without operations, in txtar form.
func revisionFile(name, id, down, more string) string {
	return fmt.Sprintf("-- alembic/versions/%s.py --\n\"\"\"%s\"\"\"\nrevision = %q\ndown_revision = %s\n%s\n\n\n"+
		"def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n", name, name, id, down, more)
}

func history(t *testing.T, env environment, files ...string) migrations.History {
	t.Helper()
	h, err := newProject(t, env, files...).start().History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range h.Revisions {
		h.Revisions[i].Path = filepath.Base(r.Path)
	}
	for i, p := range h.Problems {
		h.Problems[i].File = filepath.Base(p.File)
	}
	return h
}

func TestHistoryReadsBranchesMergesAndWaivers(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		h := history(t, env,
			revisionFile("a", "a", `"0001"`, "branch_labels = ('side',)\n# devenv: allow history.single -- both belong together\n# another comment\ntext = '# devenv: allow x'"),
			revisionFile("b", "b", `"0001"`, "depends_on = 'side'"),
			revisionFile("c", "c", `("a", "b")`, ""),
			revisionFile("d", "d", `"0001"`, "depends_on = 'c'"))
		want := []migrations.Revision{
			{ID: "0001", Path: "0001_first.py", Message: "first", Root: true},
			{
				ID: "a", Down: []string{"0001"}, Labels: []string{"side"}, Path: "a.py", Message: "a",
				Waivers: []migrations.Waiver{{ID: "history.single", Reason: "both belong together", Line: 5}},
			},
			{ID: "b", Down: []string{"0001"}, Dependencies: []string{"side"}, Path: "b.py", Message: "b"},
			{ID: "d", Down: []string{"0001"}, Dependencies: []string{"c"}, Path: "d.py", Message: "d", Head: true},
			{ID: "c", Down: []string{"a", "b"}, Path: "c.py", Message: "c", Head: true}, // d depends on c but does not follow it
		}
		sameIDs := cmp.Comparer(func(a, b []string) bool { return strings.Join(a, " ") == strings.Join(b, " ") })
		if diff := cmp.Diff(want, h.Revisions, sameIDs); diff != "" {
			t.Error(diff)
		}
		if len(h.Problems) != 0 {
			t.Errorf("problems: %+v", h.Problems)
		}
	})
}

func TestHistoryReportsEveryProblemAtOnce(t *testing.T) {
	long := strings.Repeat("x", 33)
	for name, c := range map[string]struct {
		files []string
		want  []string
	}{
		"a syntax error hides no other": {[]string{"-- alembic/versions/bad.py --\nx = 1\ndef (\n", revisionFile("a", "a", `"0001"`, "")}, []string{"broken bad.py 2 "}},
		"no revision":                   {[]string{"-- alembic/versions/notes.py --\nx = 1\n"}, []string{"broken notes.py 0 "}},
		"a copied file":                 {[]string{revisionFile("a", "a", `"0001"`, ""), revisionFile("copy", "a", `"0001"`, "")}, []string{"duplicate copy.py 0 a"}},
		"a missing parent":              {[]string{revisionFile("a", "a", `"zzz"`, "")}, []string{"parent a.py 0 a"}},
		"a missing dependency":          {[]string{revisionFile("a", "a", `"0001"`, "depends_on = 'zzz'")}, []string{"parent a.py 0 a"}},
		"a cycle":                       {[]string{revisionFile("a", "a", `"b"`, ""), revisionFile("b", "b", `"a"`, ""), revisionFile("c", "c", `"b"`, "")}, []string{"cycle a.py 0 a"}},
		"its own parent":                {[]string{revisionFile("a", "a", `"a"`, "")}, []string{"cycle a.py 0 a"}},
		"an id too long":                {[]string{revisionFile("a", long, `"0001"`, "")}, []string{"long_id a.py 0 " + long}},
		"an id that just fits":          {[]string{revisionFile("a", long[1:], `"0001"`, "")}, nil},
		"a computed parent":             {[]string{revisionFile("a", "a", `"00" + "01"`, "")}, nil},
		"a computed parent that raises": {[]string{revisionFile("a", "a", `str(1 / 0)`, "")}, []string{"import a.py 0 "}},
	} {
		t.Run(name, func(t *testing.T) {
			h := history(t, newEnvironment(t, "newest"), c.files...)
			var got []string
			for _, p := range h.Problems {
				got = append(got, fmt.Sprintf("%s %s %d %s", p.Kind, p.File, p.Line, p.Revision))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s\n%+v", diff, h.Problems)
			}
			if _, ok := h.Find("0001"); !ok {
				t.Error("the valid revision is missing")
			}
		})
	}
}

func TestSeveralVersionDirectories(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(
			t, env,
			strings.ReplaceAll(revisionFile("a", "a", "None", "branch_labels = 'side'"), "alembic/versions", "side/versions"),
		)
		p.replace(
			"alembic.ini", "prepend_sys_path = .",
			"prepend_sys_path = .\nversion_path_separator = os\npath_separator = os\n"+
				"version_locations = %(here)s/alembic/versions:%(here)s/side/versions",
		)
		d := p.start()
		if _, err := d.Upgrade(t.Context(), p.database(), migrations.Heads()); err != nil {
			t.Fatal(err)
		}
		written, err := d.WriteRevision(t.Context(), migrations.Revise{Message: "more", Empty: true, Parents: []string{"a"}})
		if err != nil || filepath.Dir(written.Path) != filepath.Join(p.dir, "side", "versions") {
			t.Errorf("written to %s: %v", written.Path, err)
		}
		root, err := d.WriteRevision(
			t.Context(),
			migrations.Revise{Message: "root", Empty: true, Parents: []string{}, Directory: filepath.Join(p.dir, "alembic", "versions")},
		)
		if err != nil || len(root.Parents) != 0 || filepath.Dir(root.Path) != filepath.Join(p.dir, "alembic", "versions") {
			t.Errorf("%+v: %v", root, err)
		}
	})
}

func TestTheToolRefusesAHistoryWithTwoHeads(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env, revisionFile("a", "a", `"0001"`, ""), revisionFile("b", "b", `"0001"`, ""))
		_, err := p.start().Upgrade(t.Context(), p.database(), migrations.Head())
		if f := failureOf(t, err); f.Code != migrations.FailureTool || !strings.Contains(f.Message, "Multiple head") {
			t.Errorf("%+v", f)
		}
		p = newProject(t, env, revisionFile("a", "a", `"zzz"`, ""))
		_, err = p.start().Upgrade(t.Context(), p.database(), migrations.Head())
		if f := failureOf(t, err); f.Code != migrations.FailureTool || !strings.Contains(f.Message, "zzz") {
			t.Errorf("%+v", f)
		}
	})
}

func TestAutocommitBlocksAreReported(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env, `-- alembic/versions/b.py --
from alembic import op

revision = "b"
down_revision = "0001"


def fill():
    op.execute("INSERT INTO nothing VALUES (1)")


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("ix", "users", ["name"], postgresql_concurrently=True)
    fill()


def downgrade():
    pass
`)
		run, err := p.start().UpgradeWith(t.Context(), p.database(), migrations.Head(), migrations.MoveOptions{Trace: true})
		f := failureOf(t, err)
		if f.SQLState != "42P01" || f.Line != 8 || f.Revision != "b" {
			t.Errorf("%+v", f)
		}
		if s := statementWith(t, run, "CONCURRENTLY"); s.SQLState != "" || s.Line != 13 {
			t.Errorf("%+v", s)
		}
		if s := statementWith(t, run, "nothing"); s.SQLState != "42P01" || s.Line != 8 {
			t.Errorf("%+v", s)
		}
		if len(run.Heads) != 1 || run.Heads[0] != "0001" {
			t.Errorf("the first revision was committed by the block, heads are %v", run.Heads)
		}
	})
}

func TestTracedStatementsReportTheirEffects(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env, strings.Replace(notNull, `op.alter_column("users", "name", nullable=False)`,
			`op.execute("UPDATE users SET name = 'x'"); op.alter_column("users", "name", nullable=False)`, 1))
		d := p.start()
		if _, err := d.Upgrade(t.Context(), p.database(), migrations.At("0001")); err != nil {
			t.Fatal(err)
		}
		run, err := d.UpgradeWith(t.Context(), p.database(), migrations.Head(), migrations.MoveOptions{Trace: true})
		if err != nil {
			t.Fatal(err)
		}
		update, alter := statementWith(t, run, "UPDATE users"), statementWith(t, run, "SET NOT NULL")
		if len(update.Effects.Scans) != 1 || update.Effects.Scans[0].Updated != 2 || update.Effects.WALBytes == 0 {
			t.Errorf("update: %+v", update.Effects)
		}
		if !slices.Contains(alter.Effects.Locks, migrations.Lock{Relation: "public.users", Mode: "AccessExclusiveLock"}) {
			t.Errorf("alter: %+v", alter.Effects)
		}
	})
}
