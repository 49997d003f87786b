package base

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/devenv/discover"
	"devenv/devenv/inputs"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
)

// ComputeKey hashes what makes the base, and nothing else: it is the same on every machine, and does not change with
// commits that make no difference. It does the same for the empty database.
func (b *Base) ComputeKey(ctx context.Context, log *step.Log) error {
	tree, model, err := b.content(ctx)
	if err != nil {
		return err
	}
	made, images, err := inputsOf(b.Workspace, b.project, model, tree)
	if err != nil {
		return err
	}
	settings, err := configured(b.Workspace, b.project, b.Model)
	if err != nil {
		return err
	}
	if b.Inputs, err = b.identified(ctx, made, images, settings, log); err != nil {
		return err
	}
	b.Key = keyOf(b.Inputs)
	for _, i := range b.Inputs {
		log.Found(inputFinding(i))
	}
	if err := b.computeEmptyKey(ctx, model, tree, log); err != nil {
		return err
	}
	b.Line = inputs.Hash(b.EmptyKey, keyOf(settings))
	return nil
}

// computeEmptyKey hashes what makes the empty database: its service, what that sees, and its image. Where commands
// prepare the tree, nobody knows what of it they make.
func (b *Base) computeEmptyKey(ctx context.Context, model *types.Project, tree inputs.Tree, log *step.Log) error {
	if b.Workspace.Prepares() {
		b.EmptyKey, b.EmptyInputs = b.Key, b.Inputs
		return nil
	}
	made, images, err := inputsFor(b.Workspace, b.project, model, tree, []string{b.project.Database}, nil)
	if err != nil {
		return err
	}
	kept := b.Workspace.Isolation("")
	written, err := json.Marshal([]any{b.project.Database, kept.Keep, kept.Rights})
	if err != nil {
		return err
	}
	settings := []inputs.Input{{What: "empty database", From: "configuration", ID: inputs.Hash(string(written))}}
	b.EmptyInputs, err = b.identified(ctx, made, images, settings, log)
	b.EmptyKey = keyOf(b.EmptyInputs)
	return err
}

// identified returns inputs with images, by what they contain, the settings, and the platform.
func (b *Base) identified(ctx context.Context, made []inputs.Input, images []inputs.Named, settings []inputs.Input, log *step.Log,
) ([]inputs.Input, error) {
	for _, image := range images {
		id, err := b.ImageContent(ctx, image, log)
		if err != nil {
			return nil, err
		}
		made = append(made, imageInput(image, id))
	}
	info := b.Workspace.Engine.Info()
	return append(append(made, settings...), inputs.Input{What: "platform", From: "engine", ID: info.OS + "/" + info.Arch}), nil
}

// keyOf hashes inputs.
func keyOf(made []inputs.Input) string {
	parts := []string{fmt.Sprint(baseFormat)}
	for _, i := range made {
		parts = append(parts, i.What, i.ID) // not the rest: it is for people, and counts files that make no difference
	}
	return inputs.Hash(parts...)[:20]
}

// content returns the files and the model that make the base. The model gets a fixed name: the user's own is the
// directory's, which differs between worktrees and machines.
func (b *Base) content(ctx context.Context) (tree inputs.Tree, model *types.Project, err error) {
	if tree, err = b.InputTree(ctx); err != nil {
		return tree, nil, err
	}
	tree.Files = slices.Clone(tree.Files)
	for i, f := range tree.Files {
		tree.Files[i].Untracked = slices.Contains(b.included, f.Path)
	}
	model, err = b.LoadAs(ctx, "devenv", b.envFiles)
	return tree, model, err
}

// inputsOf lists what makes a project's base: the files and the model, and the images to be identified.
func inputsOf(w *project.Workspace, p *discover.Project, model *types.Project, tree inputs.Tree) ([]inputs.Input, []inputs.Named, error) {
	code := append([]string{p.Migrations.Config, p.Migrations.ScriptLocation}, p.Migrations.Versions...)
	return inputsFor(w, p, model, tree, baseServices(p, model), code)
}

// inputsFor lists what makes the databases that services fill, with code that the migration tool reads.
func inputsFor(w *project.Workspace, p *discover.Project, model *types.Project, tree inputs.Tree, services, code []string,
) ([]inputs.Input, []inputs.Named, error) {
	made := inputs.Base{Code: code, Tree: tree, Project: model, Services: services, Whole: w.Prepares()}
	var err error
	var include, exclude []string
	if cfg := w.Config; cfg != nil {
		include, exclude = cfg.Paths(cfg.BaseInputs.Include), cfg.Paths(cfg.BaseInputs.Exclude)
	}
	if made.LeftOut, err = inputs.NewLeftOut(include, exclude); err != nil {
		return nil, nil, err
	}
	if made.Mounted, err = mountedBy(w, model, tree, services); err != nil {
		return nil, nil, err
	}
	list, images, err := made.Inputs()
	return list, append(images, pulledImages(p, model, services)...), err
}

// baseServices returns the services that run while the base is made, the database first, as far as the base has them.
func baseServices(p *discover.Project, model *types.Project) []string {
	all := append([]string{p.Database, p.Migrations.Service, p.Backend}, p.Needs...)
	for _, o := range p.OneShots {
		all = append(all, o.Service)
	}
	var services []string
	for _, name := range all {
		if _, ok := model.AllServices()[name]; ok && !slices.Contains(services, name) {
			services = append(services, name)
		}
	}
	return services
}

// pulledImages returns the images that are pulled and make the base: the database's, and those that may write to it.
// Others (a cache, a queue) count by their names in the model.
func pulledImages(p *discover.Project, model *types.Project, services []string) []inputs.Named {
	var images []inputs.Named
	for _, name := range services {
		service := model.AllServices()[name]
		needed := slices.Contains(p.Needs, name) && !slices.Contains(service.GetDependencies(), p.Database)
		if service.Build != nil || service.Image == "" || needed {
			continue
		}
		images = append(images, inputs.Named{Image: scratch.NamedImage(service), From: name, Needed: true})
	}
	return images
}

// mountedBy returns the tree's paths, secrets and configs that services see.
func mountedBy(w *project.Workspace, model *types.Project, tree inputs.Tree, services []string) ([]inputs.Mount, error) {
	isolation := w.Isolation(tree.Dir)
	isolation.Name, isolation.Services, isolation.Volume = "devenv", services, func(path string) string { return path }
	iso, err := compose.Isolate(model, isolation)
	if err != nil {
		return nil, err
	}
	var mounts []inputs.Mount
	for _, v := range iso.Volumes {
		mounts = append(mounts, inputs.Mount{Service: v.Service, Path: v.Path})
	}
	for _, f := range iso.Files {
		m := inputs.Mount{Service: f.Service, Target: f.Target, Content: f.Content}
		if f.Source != "" {
			m.Path, _ = tree.Relative(f.Source)
		}
		mounts = append(mounts, m)
	}
	return mounts, nil
}

// configured lists what the configuration and the discovery say about how to make the base, and the files of the
// seed.
func configured(w *project.Workspace, p *discover.Project, model *types.Project) ([]inputs.Input, error) {
	tool := p.Migrations
	tool.PerBranch, tool.FileTemplate = "", "" // these concern new revisions only
	kept, seed := w.Isolation(""), p.Seed
	seed.Incremental = false // a base made from the start is the same
	written, err := json.Marshal([]any{seed, oneShots(p, model), tool, p.Backend, p.Ready, kept.Keep, kept.Rights})
	if err != nil {
		return nil, err
	}
	list := []inputs.Input{{
		What: "seed, migrations and backend", From: "configuration and discovery", ID: inputs.Hash(string(written)),
		Secret: true,
	}}
	if w.Prepares() {
		commands := w.Config.Prepare
		list = append(list, inputs.Input{
			What: "prepare", Value: report.Count(len(commands), "command"), From: "configuration",
			ID: inputs.Hash(commands...), Secret: true,
		})
	}
	paths := slices.Clone(p.Seed.SQL)
	if p.Seed.Dump != "" {
		paths = append(paths, p.Seed.Dump)
	}
	for _, path := range paths {
		var id string
		file, err := filepath.EvalSymlinks(w.Path(path))
		if err == nil {
			id, _, err = inputs.ContentOf(file)
		}
		if err != nil {
			return nil, report.Fail(report.KindUsage, "correct seed: in .devenv.yaml", "read the seed: %w", err)
		}
		list = append(list, inputs.Input{What: "seed", Value: path, From: "configuration", ID: id, Secret: true})
	}
	return list, nil
}

// oneShots returns the services that run to completion, as far as the base has them.
func oneShots(p *discover.Project, base *types.Project) []discover.OneShot {
	return slices.DeleteFunc(slices.Clone(p.OneShots), func(o discover.OneShot) bool {
		_, ok := base.AllServices()[o.Service]
		return !ok
	})
}

// imageInput returns an image as an input; id is empty if no engine was asked.
func imageInput(image inputs.Named, id string) inputs.Input {
	return inputs.Input{What: "image", Value: strings.TrimSpace(image.Ref + " " + image.Platform), From: image.From, ID: id}
}

// InputFinding is the What of a finding about an input of the base.
const InputFinding = "base input"

// inputFinding returns an input as a finding, for people.
func inputFinding(i inputs.Input) report.Finding {
	return report.Finding{What: InputFinding, Value: i.String(), From: i.From}
}

// Preview lists by name what would make a base of a tree, without pulling anything. Even with an error it returns
// what it found.
func Preview(w *project.Workspace, p *discover.Project, tree inputs.Tree) ([]report.Finding, error) {
	list, images, err := inputsOf(w, p, w.Model, tree)
	if err != nil {
		return nil, err
	}
	for _, image := range images {
		list = append(list, imageInput(image, ""))
	}
	settings, err := configured(w, p, w.Model)
	var found []report.Finding
	for _, input := range append(list, settings...) {
		input.ID = "" // no file's content is shown
		found = append(found, inputFinding(input))
	}
	return found, err
}
