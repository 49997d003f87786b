package devenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"devenv/devenv/base"
	"devenv/devenv/branch"
	"devenv/devenv/config"
	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/inputs"
	"devenv/devenv/project"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/session"
)

// InitOptions are the options of init.
type InitOptions struct {
	Options
	// Print writes nothing and returns the content of the file, of an existing one as well.
	Print bool
}

// InitResult is what init found and wrote.
type InitResult struct {
	*report.Items
	// Path is the configuration's absolute path, and Content its content; Written is set if init created it.
	Path    string
	Content []byte
	Written bool
	// Next is the command that comes next, and why.
	Next string
}

// Init examines the repository, asks if there are several possible answers, and writes .devenv.yaml with only what
// cannot be detected. An existing configuration is checked and left as it is. Nothing is started.
func Init(ctx context.Context, o InitOptions) (_ *InitResult, err error) {
	result := &InitResult{Items: report.NewItems("init")}
	i := &initRun{Session: session.New("init", o.Options), answers: map[string]any{}}
	i.NeedsTool = true
	if err := i.open(ctx); err != nil {
		return result, i.Redactor.Error(err)
	}
	defer func() { err = errors.Join(i.Redactor.Error(err), i.Workspace.Client.Close()) }()
	result.Next, err = i.find(ctx)
	for _, f := range redact.Copy(i.Redactor, i.found) {
		result.Items.Items = append(result.Items.Items, f)
	}
	if err != nil {
		return result, err
	}
	if i.Workspace.Config != nil {
		result.Path = i.Workspace.Config.File
		if !o.Print {
			return result, i.completeSchema(result.Path)
		}
		content, err := os.ReadFile(result.Path)
		result.Content = []byte(i.Redactor.Text(string(content)))
		return result, err
	}
	if err := i.askIncremental(ctx, o); err != nil {
		return result, err
	}
	if result.Content, err = i.content(); err != nil {
		return result, err
	}
	result.Path = filepath.Join(i.Workspace.Repo.Root(), config.FileName)
	if o.Print {
		return result, nil
	}
	result.Written = true
	if err := writeNew(result.Path, result.Content); err != nil {
		return result, err
	}
	return result, i.completeSchema(result.Path)
}

// initRun is one run of init.
type initRun struct {
	*session.Session
	project *discover.Project
	// answers holds the answers, as in the configuration.
	answers map[string]any
	found   []report.Finding
}

// open loads the Compose project, and asks which one to use if there are several.
func (i *initRun) open(ctx context.Context) (err error) {
	for {
		if err = i.OpenReadOnly(ctx); err == nil {
			return nil
		}
		if err := i.ask(ctx, err); err != nil {
			return err
		}
		if err := i.choose(ctx); err != nil {
			return err
		}
	}
}

// choose makes the answers about the Compose project those of the command line.
func (i *initRun) choose(ctx context.Context) error {
	var written struct {
		Compose struct{ Files, Profiles []string }
	}
	content, err := yaml.Marshal(i.answers)
	if err == nil {
		err = yaml.Unmarshal(content, &written)
	}
	if err != nil {
		return err
	}
	repo, err := gitrepo.Open(ctx, project.OrDot(i.Choice.Dir))
	if err != nil {
		return err
	}
	if len(written.Compose.Files) > 0 {
		i.Choice.Compose.Files = project.Absolute(repo.Root(), written.Compose.Files...)
	}
	if len(written.Compose.Profiles) > 0 {
		i.Choice.Compose.Profiles = written.Compose.Profiles
	}
	return nil
}

// reopen loads the Compose project that an answer names instead of the one there is.
func (i *initRun) reopen(ctx context.Context) error {
	if err := i.choose(ctx); err != nil {
		return err
	}
	before := i.Workspace
	err := i.OpenReadOnly(ctx)
	if err != nil {
		i.Workspace = before
		return err
	}
	return before.Client.Close()
}

// find examines the project until there is nothing left to ask, and returns what comes next.
func (i *initRun) find(ctx context.Context) (next string, err error) {
	base, err := i.Workspace.Repo.ResolveBase(ctx, i.Workspace.BaseName(""))
	if err != nil {
		return "", err
	}
	paths, err := i.Workspace.Files(ctx)
	if err != nil {
		return "", err
	}
	tree := discover.Tree{Dir: i.Workspace.Repo.Root(), Paths: paths}
	cfg := i.Workspace.Config
	for {
		found, err := discover.Services(i.Workspace.Model, tree, cfg)
		i.found = append([]report.Finding{
			i.Workspace.FoundCompose(), i.Workspace.FoundBase("", branch.ShortRef(base.Ref), base.Commit),
		}, found.Found...)
		if err == nil {
			i.project = found
			if err := i.findRest(tree); err != nil {
				return "", err
			}
			return i.findNext(ctx, base, paths)
		}
		loaded := fmt.Sprint(i.answers["compose"])
		if err := i.ask(ctx, err); err != nil {
			return "", err
		}
		if cfg, err = i.answered(); err != nil {
			return "", err
		}
		if fmt.Sprint(i.answers["compose"]) != loaded {
			if err := i.reopen(ctx); err != nil {
				return "", err
			}
		}
	}
}

// findRest finds what depends on all the services: the connection to the database, and the base's inputs.
func (i *initRun) findRest(tree discover.Tree) error {
	connection, err := i.Workspace.FoundConnection(i.project.Database)
	if err != nil {
		return err
	}
	i.found = append(i.found, connection)
	if hint := database.LacksPassword(i.Workspace.Model, i.project.Database); hint != "" {
		i.Note("the service " + i.project.Database + " sets no password, and a new database refuses to start without one: " + hint)
	}
	return i.findInputs(tree)
}

// BaseInput is the What of findings that list the inputs of a base.
const BaseInput = base.InputFinding

// findInputs lists what would be the base's inputs if the working tree were the base, by name only: it pulls nothing.
func (i *initRun) findInputs(tree discover.Tree) error {
	files := make([]inputs.File, len(tree.Paths))
	for n, path := range tree.Paths {
		files[n].Path = path
	}
	info := i.Workspace.Engine.Info()
	found, err := base.Preview(i.Workspace, i.project, inputs.Tree{Dir: tree.Dir, Files: files, Platform: info.OS + "/" + info.Arch})
	i.found = append(i.found, found...)
	return err
}

// ask asks the user an error's question; without a user or a choice, the error stays.
func (i *initRun) ask(ctx context.Context, err error) error {
	var question *discover.Question
	if i.Workspace != nil && i.Workspace.Config != nil || i.Ask == nil || !errors.As(err, &question) || len(question.Lines) < 2 {
		return err
	}
	chosen, askErr := i.Ask.Choose(ctx, question.Error()+". Which one?", question.Lines)
	if askErr != nil {
		return askErr
	}
	var line map[string]any
	if err := yaml.Unmarshal([]byte(question.Lines[chosen]), &line); err != nil {
		return fmt.Errorf("read %q: %w", question.Lines[chosen], err)
	}
	merge(i.answers, line)
	return nil
}

// askIncremental asks whether a new base may begin with the last one's data.
func (i *initRun) askIncremental(ctx context.Context, o InitOptions) error {
	if i.Ask == nil || o.Print {
		return nil
	}
	yes, err := i.Ask.Confirm(ctx, "After a git pull, use the data of the last base at once, upgraded by the new code, while devenv makes the new base "+
		"in the background?")
	if yes {
		merge(i.answers, map[string]any{"seed": map[string]any{"incremental": true}})
	}
	return err
}

// merge adds what a line of the configuration says.
func merge(into, line map[string]any) {
	for key, value := range line {
		inner, isMap := value.(map[string]any)
		known, wasMap := into[key].(map[string]any)
		if isMap && wasMap {
			merge(known, inner)
			continue
		}
		into[key] = value
	}
}

// answered returns the configuration with the answers so far.
func (i *initRun) answered() (*config.Config, error) {
	content, err := yaml.Marshal(i.answers)
	if err != nil {
		return nil, err
	}
	return config.Parse(content, filepath.Join(i.Workspace.Repo.Root(), config.FileName), ".", project.Known())
}
