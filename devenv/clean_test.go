package devenv_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
	"devenv/devenv"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

// cleaned is an image of devenv's that a test makes for clean.
type cleaned struct {
	*testing.T
	engine *engine.Engine
	mark   string // a label value that only the test's images have
}

func newCleaned(t *testing.T) cleaned {
	t.Helper()
	enginetest.Images(t, "debian:trixie-slim")
	return cleaned{T: t, engine: enginetest.Require(t), mark: fmt.Sprint(time.Now().UnixNano())}
}

// image creates an image with labels and, unless ref is empty, a name. It contains a file of one megabyte.
func (c cleaned) image(ref string, labels map[string]string) string {
	c.Helper()
	id, err := c.engine.CreateScript(c.Context(), engine.Script{
		Image: "debian:trixie-slim", Text: "head -c 1048576 /dev/urandom > /noise", Labels: map[string]string{"dev.devenv.test": c.mark},
	})
	if err != nil {
		c.Fatal(err)
	}
	defer func() {
		if err := c.engine.Remove(c.Context(), id); err != nil {
			c.Error(err)
		}
	}()
	if _, err := c.engine.RunToEnd(c.Context(), id); err != nil {
		c.Fatal(err)
	}
	made, err := c.engine.Commit(c.Context(), id, engine.CommitOptions{Labels: labels})
	if err == nil && ref != "" {
		err = c.engine.Tag(c.Context(), made, ref)
	}
	if err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() {
		if err := c.engine.RemoveImage(context.WithoutCancel(c.Context()), made, true); err != nil {
			c.Error(err)
		}
	})
	return made
}

// clean removes only images of the test.
func (c cleaned) clean(change func(*devenv.CleanOptions)) ([]string, error) {
	o := devenv.CleanOptions{Labels: []string{"dev.devenv.test=" + c.mark}}
	change(&o)
	list, err := devenv.Clean(c.Context(), o)
	var said []string
	for _, item := range list.Items {
		if i := item.(devenv.CleanItem); slices.Contains([]string{"base", "build", "snapshot"}, i.Kind) {
			// The containerd store keeps it twice, as committed and unpacked.
			if i.Bytes < 1<<20 || i.Bytes > 3<<20 {
				c.Errorf("%s frees %d bytes, want one megabyte or two", i.Name, i.Bytes)
			}
			said = append(said, i.Kind+" "+i.Name+": "+i.Why)
		}
	}
	return said, err
}

func (c cleaned) there(ref string) bool {
	c.Helper()
	_, ok, err := c.engine.ImageInspect(c.Context(), ref)
	if err != nil {
		c.Fatal(err)
	}
	return ok
}

func TestCleanKeepsRecentBasesUnlessAsked(t *testing.T) {
	c := newCleaned(t)
	ref := "devenv/base:" + c.mark
	id := c.image(ref, map[string]string{"dev.devenv.kind": "base"})
	if said, err := c.clean(func(*devenv.CleanOptions) {}); err != nil || len(said) > 0 || !c.there(ref) {
		t.Fatalf("a base that was made just now: %v, %v", said, err)
	}
	want := []string{"base " + ref + ": requested"}
	if said, err := c.clean(func(o *devenv.CleanOptions) { o.Bases, o.DryRun = true, true }); err != nil || !slices.Equal(said,
		want) || !c.there(ref) {
		t.Fatalf("--bases --dry-run: %v, %v", said, err)
	}
	if there, err := c.engine.Touch(t.Context(), ref); err != nil || !there {
		t.Fatalf("mark the base: %v, %v", there, err)
	}
	if said, err := c.clean(func(o *devenv.CleanOptions) { o.Bases = true }); err != nil || !slices.Equal(said,
		want) || c.there(ref) || c.there(id) {
		t.Fatalf("--bases: %v, %v", said, err)
	}
}

func TestCleanRemovesOnlyOldAutomaticSnapshots(t *testing.T) {
	c := newCleaned(t)
	snapshot := func(name, automatic string, old time.Duration) string {
		ref := "devenv/snapshot:" + c.mark + "-" + name
		c.image(ref, map[string]string{
			"dev.devenv.kind": "snapshot",
			"dev.devenv.snapshot": fmt.Sprintf(`{"name":%q,"automatic":%q,"created":%q}`, name, automatic,
				time.Now().Add(-old).Format(time.RFC3339)),
		})
		return ref
	}
	const month = 30 * 24 * time.Hour
	named, old, fresh := snapshot("mine", "", month), snapshot("old", "reset", month), snapshot("fresh", "reset", time.Hour)
	said, err := c.clean(func(*devenv.CleanOptions) {})
	if want := []string{"snapshot " + old + ": taken before reset, 30 days ago"}; err != nil || !slices.Equal(said, want) || c.there(old) {
		t.Errorf("clean: %v, %v", said, err)
	}
	_, err = c.clean(func(o *devenv.CleanOptions) { o.Snapshots = true })
	if err == nil || report.KindOf(err) != report.KindUsage || !strings.Contains(err.Error(), named) ||
		!strings.Contains(report.HintOf(err), "--yes") {
		t.Errorf("--snapshots with nobody to ask: %v\n%s", err, report.HintOf(err))
	}
	if !c.there(named) || !c.there(fresh) {
		t.Error("a snapshot was removed that must stay")
	}
	if said, err = c.clean(func(o *devenv.CleanOptions) { o.Snapshots, o.Yes = true, true }); err != nil ||
		c.there(named) || !c.there(fresh) {
		t.Errorf("--snapshots --yes: %v, %v", said, err)
	}
}

func TestARecentUnnamedImageStays(t *testing.T) {
	c := newCleaned(t)
	id := c.image("", map[string]string{"dev.devenv.kind": "base"})
	if said, err := c.clean(func(o *devenv.CleanOptions) { o.Bases = true }); err != nil || len(said) > 0 || !c.there(id) {
		t.Errorf("%v, %v", said, err)
	}
}

// TestARunRemovesOldBuildsOfItsWorktree also checks that it marks what it uses, and removes nobody else's images.
func TestARunRemovesOldBuildsOfItsWorktree(t *testing.T) {
	t.Setenv("DEVENV_CACHE", t.TempDir()) // a run concurrent with others removes nothing that was used recently
	c, made := newSample(t), newCleaned(t)
	built := func(name, builder string) string {
		ref := "devenv/build:" + made.mark + name
		made.image(ref, map[string]string{"dev.devenv.kind": "build", "dev.devenv.builder": builder, "dev.devenv.built": "backend"})
		return ref
	}
	inUse := built("held", project.WorktreeID(c.dir))
	container, err := c.engine.CreateScript(t.Context(),
		engine.Script{Image: inUse, Text: "true", Labels: map[string]string{"dev.devenv.test": made.mark}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.engine.Remove(context.WithoutCancel(t.Context()), container); err != nil {
			t.Error(err)
		}
	})
	others := built("others", "another worktree")
	for i := range 4 {
		built(fmt.Sprint(i), project.WorktreeID(c.dir))
	}
	c.write("backend/src/toolshed/edited.txt", made.mark)
	base := c.must(c.newMigration(dry)).Document.Base.Image
	left, err := c.engine.LabelledImages(t.Context(), "dev.devenv.kind=build", "dev.devenv.builder="+project.WorktreeID(c.dir))
	if err != nil {
		t.Fatal(err)
	}
	newest := slices.MaxFunc(left, func(a, b engine.StoredImage) int { return a.Created.Compare(b.Created) })
	t.Cleanup(func() {
		if _, err := c.engine.RemoveStored(context.WithoutCancel(t.Context()), newest); err != nil {
			t.Error(err)
		}
	})
	if len(left) != 5 || strings.Contains(newest.Ref(), made.mark) {
		t.Errorf("of this worktree's five images and the new one, %d are left, the newest is %s; want four and the one in use", len(left),
			newest.Ref())
	}
	if !made.there(inUse) || !made.there(others) {
		t.Error("an image in use or of another worktree was removed")
	}
	_, key, _ := strings.Cut(base, ":")
	image, _, err := c.engine.ImageInspect(t.Context(), base)
	if err != nil || !slices.ContainsFunc(image.Names, func(name string) bool { return strings.HasPrefix(name, "devenv/used:"+key+"-2") }) {
		t.Errorf("the base has no mark of its use: %v, %v", image.Names, err)
	}
}
