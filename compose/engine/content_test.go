package engine_test

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"testing"

	imagetypes "github.com/docker/docker/api/types/image"
)

// smallImage imports an image of one file and removes it at the end.
func (b *fixture) smallImage(t *testing.T, content string, changes ...string) string {
	t.Helper()
	ref := "devenv-test-" + randomName() + ":1"
	source := imagetypes.ImportSource{Source: archive(t, tar.Header{Name: "file", Mode: 0o644}, content), SourceName: "-"}
	said, err := b.docker.ImageImport(t.Context(), source, ref, imagetypes.ImportOptions{Changes: changes})
	if err == nil {
		_, err = io.Copy(io.Discard, said)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.RemoveImage(context.Background(), ref, false); err != nil {
			t.Error(err)
		}
	})
	return ref
}

// content returns the content hash of an image.
func (b *fixture) content(t *testing.T, ref string) string {
	t.Helper()
	found, ok, err := b.ImageInspect(t.Context(), ref)
	if err != nil || !ok {
		t.Fatalf("%s: %v %v", ref, ok, err)
	}
	content, err := found.Content()
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestContentSurvivesRetaggingSavingAndLoading(t *testing.T) {
	b := newFixture(t)
	ref := b.smallImage(t, "one", "ENV A=1", "CMD [\"/file\"]", "VOLUME /data", "EXPOSE 5432")
	before := b.content(t, ref)
	other := "aaa.example/devenv-test-" + randomName() + ":1"
	if err := b.Tag(t.Context(), ref, other); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{ref, other} {
		if got := b.content(t, name); got != before {
			t.Errorf("%s: %s, and before it had a second name %s", name, got, before)
		}
	}
	saved, err := b.docker.ImageSave(t.Context(), []string{ref})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := io.ReadAll(saved)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{ref, other} {
		if err := b.RemoveImage(t.Context(), name, false); err != nil {
			t.Fatal(err)
		}
	}
	if _, there, err := b.ImageInspect(t.Context(), ref); there || err != nil {
		t.Fatalf("the image was not removed: %v", err)
	}
	loaded, err := b.docker.ImageLoad(t.Context(), bytes.NewReader(kept))
	if err == nil {
		_, err = io.Copy(io.Discard, loaded.Body)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := b.content(t, ref); got != before {
		t.Errorf("loaded: %s, and before %s", got, before)
	}
}

func TestContentDependsOnFilesAndRunConfiguration(t *testing.T) {
	b := newFixture(t)
	known := map[string]string{}
	for name, ref := range map[string]string{
		"plain": b.smallImage(t, "one"), "other file": b.smallImage(t, "two"), "variable": b.smallImage(t, "one", "ENV A=1"),
		"user":  b.smallImage(t, "one", "USER 999"),
		"label": b.smallImage(t, "one", "LABEL built=today"), "on build": b.smallImage(t, "one", "ONBUILD RUN true"),
	} {
		content := b.content(t, ref)
		if other, taken := known[content]; taken {
			t.Errorf("%s and %s are the same", name, other)
		}
		known[content] = name
	}
}

func TestImageForIgnoresImagesOfOtherPlatforms(t *testing.T) {
	b := newFixture(t)
	ref := b.smallImage(t, "one")
	own := b.Info().OS + "/" + b.Info().Arch
	for platform, want := range map[string]bool{"": true, own: true, "linux/s390x": false} {
		if _, there, err := b.ImageFor(t.Context(), ref, platform); there != want || err != nil {
			t.Errorf("for %q: %v, %v", platform, there, err)
		}
	}
	if _, _, err := b.ImageFor(t.Context(), ref, "no/such/platform/at/all"); err == nil {
		t.Error("an invalid platform was accepted")
	}
}
