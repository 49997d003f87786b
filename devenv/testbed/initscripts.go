package testbed

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/inside"
	"devenv/devenv/scratch"
)

// initScript is a file that runs when a new database is made: its path in the repository, and its content.
type initScript struct {
	path    string
	content []byte
}

// compareScripts finds the init scripts that the branch changes.
func (b *Testbed) compareScripts(change *checks.DatabaseChange) error {
	before, err := b.initScripts(b.Base.Checkout)
	if err != nil {
		return err
	}
	after, err := b.initScripts(b.Branch)
	if err != nil {
		return err
	}
	change.Scripts, change.Added = changedScripts(before, after)
	return nil
}

// changedScripts returns the paths of the scripts that are not the same before and after, and the statements that are
// only in the later ones.
func changedScripts(before, after map[string]initScript) (changed, added []string) {
	known := map[string]bool{}
	for _, target := range slices.Sorted(maps.Keys(before)) {
		if _, stays := after[target]; !stays {
			changed = append(changed, before[target].path)
		}
		for _, statement := range statementsOf(before[target]) {
			known[statement] = true
		}
	}
	for _, target := range slices.Sorted(maps.Keys(after)) {
		was, existed := before[target]
		if existed && bytes.Equal(was.content, after[target].content) {
			continue
		}
		changed = append(changed, after[target].path)
		for _, statement := range statementsOf(after[target]) {
			if !known[statement] {
				added = append(added, statement)
			}
		}
	}
	return changed, added
}

// statementsOf returns the statements of a script, in SQL or in the shell, each on one line, without psql's own
// commands and what holds a password, up to where another database begins. Of a text that has bodies in dollars it
// returns none.
func statementsOf(script initScript) []string {
	if path.Ext(script.path) != ".sql" {
		return shellStatements(string(script.content))
	}
	return sqlStatements(string(script.content))
}

// sqlStatements returns the statements of a text in SQL.
func sqlStatements(text string) []string {
	if other := regexp.MustCompile(`(?m)^\s*\\c(?:onnect)?\b`).FindStringIndex(text); other != nil {
		text = text[:other[0]]
	}
	text = regexp.MustCompile(`(?m)^\s*(?:--|\\).*$`).ReplaceAllString(text, "")
	if regexp.MustCompile(`\$\w*\$`).MatchString(text) {
		return nil
	}
	var statements []string
	for statement := range strings.SplitSeq(text, ";") {
		statement = strings.Join(strings.Fields(statement), " ")
		if statement != "" && !strings.Contains(strings.ToLower(statement), "password") {
			statements = append(statements, statement)
		}
	}
	return statements
}

// initScripts returns the init scripts of a checkout's database, by their path in its container, or in the build of its
// image.
func (b *Testbed) initScripts(s *scratch.Checkout) (map[string]initScript, error) {
	name := b.Project.Database
	iso, err := s.Isolate("init", "", name)
	if err != nil {
		return nil, err
	}
	scripts := map[string]initScript{}
	mounted := iso.MountedBy(name, s.Tree.Dir())
	for _, f := range mounted.Files {
		switch {
		case !database.IsInitScript(f.Target):
		case f.Source == "": // written in the Compose file
			scripts[f.Target] = initScript{path: f.Target, content: f.Content}
		default:
			if err := addScript(scripts, s, f.Target, f.Source); err != nil {
				return nil, err
			}
		}
	}
	for _, d := range mounted.Directories {
		if !database.IsInitScript(path.Join(d.Target, "script")) {
			continue
		}
		if err := addScripts(scripts, s, d.Target, d.Dir); err != nil {
			return nil, err
		}
	}
	return scripts, builtScripts(scripts, s, name)
}

// addScripts adds the scripts below a directory, or the script dir itself, by their path at target.
func addScripts(scripts map[string]initScript, s *scratch.Checkout, target, dir string) error {
	return filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && file == dir {
			return nil // the engine creates it
		}
		if err != nil || !d.Type().IsRegular() || !slices.Contains([]string{".sql", ".sh"}, filepath.Ext(file)) {
			return err
		}
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		return addScript(scripts, s, path.Join(target, filepath.ToSlash(rel)), file)
	})
}

func addScript(scripts map[string]initScript, s *scratch.Checkout, target, file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read an init script: %w", err)
	}
	if rel, ok := inside.Rel(s.Tree.Dir(), file); ok {
		file = filepath.ToSlash(rel)
	}
	scripts[target] = initScript{path: file, content: content}
	return nil
}
