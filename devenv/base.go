package devenv

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
	"devenv/migrations"
)

// baseFormat is the version of what a base image holds and how it is made; raising it makes every base anew.
const baseFormat = 6

// base is the base branch on the engine: its side, and the images of its database.
type base struct {
	*side
	project  *discover.Project
	settings database.Settings
	// key names the content that makes the base.
	key    string
	seeded database.Image // schema and seed data
	empty  database.Image // after initdb and the init scripts
	noise  []migrations.Operation
	// envFiles are those that the Compose model is loaded with.
	envFiles []string
}

// openBase checks the base out, with the ignored files that the capture took along, and computes its key.
func openBase(ctx context.Context, w *workplace, p *discover.Project, ref gitrepo.Base, capture gitrepo.Capture, envFiles []string) (*base, error) {
	treeID, err := w.repo.WithIncluded(ctx, ref.Commit, capture)
	if err != nil {
		return nil, err
	}
	s, err := newSide(ctx, w, "base", treeID, capture)
	if err != nil {
		return nil, err
	}
	b := &base{side: s, project: p, envFiles: envFiles}
	if absent := s.absentComposeFiles(); len(absent) > 0 {
		return b, report.Fail(report.KindUsage, "let devenv take it along, in .devenv.yaml:\n    include: ["+strings.Join(absent, ", ")+"]",
			"load the base's Compose project: %s does not have %s", ref.Ref, strings.Join(absent, ", "))
	}
	if err := s.load(ctx, envFiles); err != nil {
		return b, report.Fail(report.KindOf(err), report.HintOf(err), "load the base's Compose project: %w", err)
	}
	if _, ok := s.model.Services[p.Database]; !ok {
		return b, report.Fail(report.KindUsage, "merge the service's introduction first, or choose another base: --base",
			"the base %s has no service %q in its Compose project", ref.Ref, p.Database)
	}
	b.settings, err = database.SettingsOf(s.model, p.Database)
	return b, err
}

// computeKey hashes what makes the base: the tree, the interpolated Compose model, the configuration's part, the database
// image, the platform and devenv's format.
func (b *base) computeKey(ctx context.Context) error {
	model, err := b.namelessModel(ctx)
	if err != nil {
		return err
	}
	image, err := b.databaseImage(ctx)
	if err != nil {
		return err
	}
	settings, err := json.Marshal([]any{b.project.Seed, b.project.Needs, b.project.OneShots, b.project.Migrations, b.project.Backend})
	if err != nil {
		return err
	}
	files, err := b.seedFiles()
	if err != nil {
		return err
	}
	prepare := ""
	if b.place.config != nil {
		prepare = strings.Join(b.place.config.Prepare, "\x00")
	}
	info := b.place.engine.Info()
	b.key = digest(fmt.Sprint(baseFormat), b.treeID, strings.ReplaceAll(string(model), b.tree.Dir(), "<tree>"),
		image, string(settings), files, prepare, info.OS+"/"+info.Arch)[:20]
	return nil
}

// namelessModel is the Compose model under a name that is the same everywhere: the user's own is the directory's, which
// differs from worktree to worktree and from machine to machine.
func (b *base) namelessModel(ctx context.Context) ([]byte, error) {
	model, err := b.loadAs(ctx, "devenv", b.envFiles)
	if err != nil {
		return nil, err
	}
	written, err := model.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("read the base's Compose model: %w", err)
	}
	return written, nil
}

// databaseImage names the database's image by content: the registry's digest where it has one, else its id.
func (b *base) databaseImage(ctx context.Context) (string, error) {
	service := b.model.Services[b.project.Database]
	if service.Build != nil {
		return b.buildKey(ctx, service, false) // nothing is prepared for a base that may be known
	}
	image, ok, err := b.place.engine.ImageInspect(ctx, service.Image)
	if err != nil || !ok {
		return service.Image, err
	}
	if len(image.Digests) > 0 {
		return image.Digests[0], nil
	}
	return image.ID, nil
}

// seedFiles hashes the SQL files or the dump of the configuration, which may be ignored by git.
func (b *base) seedFiles() (string, error) {
	paths := append([]string{}, b.project.Seed.SQL...)
	if b.project.Seed.Dump != "" {
		paths = append(paths, b.project.Seed.Dump)
	}
	var contents []string
	for _, p := range paths {
		content, err := os.ReadFile(b.seedPath(p))
		if err != nil {
			return "", report.Fail(report.KindUsage, "correct seed: in .devenv.yaml", "read the seed: %w", err)
		}
		contents = append(contents, string(content))
	}
	return digest(contents...), nil
}

// seedPath is where a file that the configuration's seed names lies: in the user's working tree.
func (b *base) seedPath(written string) string {
	return filepath.Join(b.place.repo.Root(), filepath.FromSlash(b.place.config.Path(written)))
}

// references of the two images of a base.
func (b *base) seededRef() string { return "devenv/base:" + b.key }
func (b *base) emptyRef() string  { return "devenv/base:" + b.key + "-empty" }

// lookUp finds the base's images; false when one is missing.
func (b *base) lookUp(ctx context.Context) (bool, error) {
	var known bool
	var err error
	if b.empty, known, err = database.Lookup(ctx, b.place.engine, b.key+"-empty"); err != nil || !known {
		return false, err
	}
	if b.seeded, known, err = database.Lookup(ctx, b.place.engine, b.key); err != nil || !known {
		return false, err
	}
	b.settings.Database = b.seeded.Meta.Settings.Database // the one that the migrations filled
	for _, image := range []database.Image{b.empty, b.seeded} {
		if _, err := b.place.engine.Touch(ctx, image.Ref); err != nil {
			return false, err
		}
	}
	return true, b.readNoise()
}

// readNoise takes the noise out of the image's metadata.
func (b *base) readNoise() error {
	b.noise = make([]migrations.Operation, len(b.seeded.Meta.Noise))
	for i, raw := range b.seeded.Meta.Noise {
		if err := json.Unmarshal(raw, &b.noise[i]); err != nil {
			return fmt.Errorf("read the base image's metadata: %w", err)
		}
	}
	return nil
}
