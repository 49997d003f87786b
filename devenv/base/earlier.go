package base

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/migrations"
)

// upgradedFrom stands, in the name of an image, between the key of the base and that of the base whose data it has
// upgraded.
const upgradedFrom = "-from-"

// LookUpUpgraded finds an image in which the base's code has upgraded the data of an earlier base.
func (b *Base) LookUpUpgraded(ctx context.Context) (bool, error) {
	found, err := b.upgraded(ctx)
	if err != nil || len(found) == 0 {
		return false, err
	}
	empty, known, err := database.Lookup(ctx, b.Workspace.Engine, b.emptyTag())
	if err != nil || !known {
		return false, err
	}
	b.Empty, b.Upgraded = empty, found[0].Meta.Upgraded
	return true, b.use(found[0])
}

// upgraded returns the images in which the base's code has upgraded the data of earlier ones, by name.
func (b *Base) upgraded(ctx context.Context) ([]database.Image, error) {
	bases, err := database.Bases(ctx, b.Workspace.Engine)
	found := slices.DeleteFunc(bases, func(image database.Image) bool {
		from := image.Meta.Upgraded
		return from == nil || image.Meta.Key != b.Key+upgradedFrom+from.Key
	})
	slices.SortFunc(found, func(a, b database.Image) int { return cmp.Compare(a.Ref, b.Ref) })
	return found, err
}

// DropUpgraded removes those images, once the base that was made from the start is there. If other runs work, which may
// clone them, they stay until devenv clean.
func (b *Base) DropUpgraded(ctx context.Context) error {
	if !b.Workspace.Builds.Alone() {
		return nil
	}
	found, err := b.upgraded(ctx)
	for _, image := range found {
		err = errors.Join(err, b.Workspace.Engine.RemoveUnused(ctx, image.ID))
	}
	return err
}

// Nearest returns the base whose data can best be upgraded to this one's: made from the start, by the same setting of
// the seed, at the nearest ancestor of the commit whose revisions are all there unchanged. nil means that there is none.
func (b *Base) Nearest(ctx context.Context, ref gitrepo.Base) (*database.Image, error) {
	if _, known, err := database.Lookup(ctx, b.Workspace.Engine, b.emptyTag()); err != nil || !known {
		return nil, err
	}
	bases, err := database.Bases(ctx, b.Workspace.Engine)
	if err != nil {
		return nil, err
	}
	type ancestor struct {
		image   database.Image
		commits int
	}
	var ancestors []ancestor
	for _, base := range bases {
		if base.Meta.Line != b.Line || base.Meta.Upgraded != nil || base.Meta.Elsewhere {
			continue
		}
		commits, ok, err := b.Workspace.Repo.Ahead(ctx, ref.Commit, base.Meta.Commit)
		if err != nil {
			return nil, err
		}
		if ok {
			ancestors = append(ancestors, ancestor{base, commits})
		}
	}
	slices.SortFunc(ancestors, func(a, b ancestor) int {
		return cmp.Or(cmp.Compare(a.commits, b.commits), cmp.Compare(a.image.Meta.Key, b.image.Meta.Key))
	})
	for _, a := range ancestors {
		extends, err := b.extends(ctx, a.image.Meta.Commit, ref.Commit)
		if err != nil || extends {
			return &a.image, err
		}
	}
	return nil, nil
}

// extends reports whether a commit still has all revisions of an earlier one, unchanged.
func (b *Base) extends(ctx context.Context, earlier, commit string) (bool, error) {
	for _, dir := range b.project.Migrations.Versions {
		changes, err := b.Workspace.Repo.Diff(ctx, earlier, commit, dir)
		if err != nil || !onlyAdds(changes, b.project.Migrations.Kind.Files) {
			return false, err
		}
	}
	return true, nil
}

// onlyAdds reports whether no revision that was there has changed.
func onlyAdds(changes []gitrepo.Change, files migrations.Files) bool {
	return !slices.ContainsFunc(changes, func(c gitrepo.Change) bool {
		return c.Status != gitrepo.Added && files.IsRevision(cmp.Or(c.OldPath, c.Path))
	})
}

// upgradeEarlier lets the base's code upgrade the data of an earlier base. If it cannot, the data is made from the
// start: only that shows what is wrong.
func (b *build) upgradeEarlier(ctx context.Context, log *step.Log) error {
	b.earlier = b.from.Earlier
	made, settings := b.earlier.Meta, b.Settings
	err := b.startEarlier(ctx, log)
	if err == nil {
		err = b.onServer(b.seed)(ctx, log)
	}
	if err == nil {
		b.Upgraded = &database.Upgraded{Key: made.Key, Ref: made.Ref, Commit: made.Commit}
		log.Done(fmt.Sprintf("the data of %s at %.8s, upgraded by this commit's code", b.from.Name, made.Commit))
		return nil
	}
	if ctx.Err() != nil {
		return err
	}
	log.Skipped("not possible")
	b.Workspace.Note(fmt.Sprintf("the base is made from the start: the data of %s at %.8s could not be upgraded: %v", b.from.Name,
		made.Commit, err))
	b.Settings = settings // those of the earlier data may name a database that the seed has yet to make
	return b.forgetEarlier(ctx)
}

// startEarlier starts the stack with the data of the earlier base.
func (b *build) startEarlier(ctx context.Context, log *step.Log) error {
	image, err := b.readServer(ctx, log)
	if err != nil {
		return err
	}
	if known, err := b.findEmpty(ctx); err != nil || !known {
		return errors.Join(err, errors.New("the empty database is gone"))
	}
	b.stack, err = scratch.Create(ctx, b.Checkout, upgradeStack, baseServices(b.project, b.Model), func(p *types.Project) error {
		err := database.MoveData(p, b.project.Database, image)
		if err == nil && !database.StartFrom(p, b.project.Database, *b.earlier) {
			err = errors.New("some of it is elsewhere")
		}
		return err
	})
	if err != nil {
		return err
	}
	id := b.stack.Containers[b.project.Database]
	if b.server, err = database.Start(ctx, b.Workspace.Engine, id, b.Settings); err != nil {
		return err
	}
	return b.startTool(ctx, log)
}

// forgetEarlier removes what was started to upgrade the earlier base.
func (b *build) forgetEarlier(ctx context.Context) (err error) {
	if b.tool != nil {
		err = b.tool.Drop(ctx)
	}
	if b.stack != nil {
		for _, id := range b.stack.Containers {
			err = errors.Join(err, b.Workspace.Engine.Remove(ctx, id))
		}
	}
	err = errors.Join(err, b.DropVolumes(ctx)) // what ran may have written into them
	b.earlier, b.tool, b.stack, b.server = nil, nil, nil, nil
	if err != nil {
		return report.Fail(report.KindWork, report.HintOf(err), "make the base from the start: %w", err)
	}
	return nil
}

// fromStart returns a step that is left out if an earlier base was upgraded.
func (b *build) fromStart(do func(context.Context, *step.Log) error) func(context.Context, *step.Log) error {
	return func(ctx context.Context, log *step.Log) error {
		if b.Upgraded != nil {
			log.Skipped("")
			return nil
		}
		return do(ctx, log)
	}
}
