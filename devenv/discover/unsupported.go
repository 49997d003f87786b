package discover

import (
	"path"
	"regexp"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/config"
	"devenv/devenv/report"
)

// Unsupported returns the usage failure for a repository whose migration tool or database devenv does not support. It
// looks at the files only, so that nobody has to answer a question first whose answer leads nowhere. Dir is the
// directory of the call. It returns nil if the repository configures a supported tool, or if nothing is recognised.
func Unsupported(repo Files, dir string, cfg *config.Config) error {
	finder, err := newFinder(&types.Project{WorkingDir: dir}, repo, cfg)
	if err != nil {
		return err
	}
	s := search{finder}
	if s.cfg.Migrations.Config != "" {
		return nil
	}
	all, err := s.all()
	if err != nil {
		return nil //nolint:nilerr // the search proper says what is wrong with the file
	}
	own := slices.DeleteFunc(all, func(c *settings) bool { return s.files.auxiliary(c.path) })
	if len(own) == 0 && len(s.scriptDirectories()) == 0 {
		if err := s.otherTools(); err != nil {
			return err
		}
	}
	if s.cfg.Database.Service != "" || s.mentionsPostgres() {
		return nil
	}
	return s.otherDatabase()
}

// otherTools returns the failure that names the migration tools which the repository uses instead; nil if it
// shows none.
func (s search) otherTools() error {
	var clauses []string
	for _, one := range s.signs(toolSigns()) {
		clause := one.from + " that it uses " + one.shows
		if len(clauses) == 0 {
			clause = one.from + " shows that the project uses " + one.shows
		}
		clauses = append(clauses, clause)
	}
	if len(clauses) == 0 {
		return nil
	}
	verb := ", which is not supported yet"
	if len(clauses) > 1 {
		verb = "; none of them is supported yet"
	}
	return report.Fail(report.KindUsage, supportedTools+"; up, down, status, logs and snapshot work with any tool. "+
		configureTool(s.answers.file()),
		"find the migrations: %s%s", listing(clauses), verb)
}

// otherDatabase returns the failure that names the database which the repository uses instead of Postgres; nil if it
// shows none.
func (s search) otherDatabase() error {
	signs := s.signs(databaseSigns())
	if len(signs) == 0 {
		return nil
	}
	return report.Fail(report.KindUsage, supportedTools+"; up, down, status and logs work with any database. "+
		"If the project uses Postgres as well, name its service in "+s.answers.file()+
		": database: {service: NAME}",
		"find the database: %s shows that the project uses %s, which is not supported", signs[0].from, signs[0].shows)
}

// shown is what a sign shows, and the file that does.
type shown struct{ shows, from string }

// signs returns what the repository's files are signs of, each thing once, in the order of the table.
func (s search) signs(table []sign) []shown {
	own := filter(s.files.paths, func(rel string) bool { return !thirdParty(rel) && !s.files.auxiliary(rel) })
	var out []shown
	for _, one := range table {
		known := slices.ContainsFunc(out, func(o shown) bool { return o.shows == one.shows })
		if known || one.weak && len(out) > 0 {
			continue
		}
		if from := s.shownBy(one, own); from != "" {
			out = append(out, shown{one.shows, from})
		}
	}
	return out
}

// maxRead is how many files of a sign to read; a project that uses a tool shows it in the first ones.
const maxRead = 100

// shownBy returns the first file that is such a sign.
func (s search) shownBy(one sign, paths []string) string {
	read := 0
	for _, rel := range paths {
		if !one.file.MatchString(rel) {
			continue
		}
		if read++; read > maxRead {
			return ""
		}
		if s.matches(rel, one.holds) && (one.unless == nil || !s.matches(rel, one.unless)) && (one.beside == "" || s.isBeside(one, rel)) {
			return rel
		}
	}
	return ""
}

// matches reports whether a file contains what the expression says; nil means anything.
func (s search) matches(rel string, holds *regexp.Regexp) bool {
	if holds == nil {
		return true
	}
	content, err := s.files.Read(rel)
	return err == nil && holds.Match(content)
}

// isBeside reports whether the other file of a sign is in a file's directory or above it.
func (s search) isBeside(one sign, rel string) bool {
	return slices.ContainsFunc(upward(rel), func(dir string) bool {
		other := path.Join(dir, one.beside)
		return s.files.exists[other] && s.matches(other, one.names)
	})
}

// mentionsPostgres reports whether a Compose file of the repository or its tool's settings mention Postgres.
func (s search) mentionsPostgres() bool {
	composed, ini, words := composeNames, regexp.MustCompile(`(^|/)(`+toolSettings+`|Dockerfile[^/]*)$`), postgresSign()
	return slices.ContainsFunc(s.files.paths, func(rel string) bool {
		return (composed.MatchString(rel) || ini.MatchString(rel)) && !thirdParty(rel) && s.matches(rel, words)
	})
}
