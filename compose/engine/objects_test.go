package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

func loopbackPort(port nat.Port) nat.PortMap {
	return nat.PortMap{port: {{HostIP: "127.0.0.1"}}}
}

func exposed(port nat.Port) nat.PortSet { return nat.PortSet{port: {}} }

func TestSweepRemovesExactlyWhatCarriesTheLabel(t *testing.T) {
	b := newFixture(t)
	other := newFixture(t)
	kept := other.run(t, "sleep 60")
	name := "devenv-test-" + randomName()
	if _, err := b.CreateNetwork(t.Context(), name, b.labels()); err != nil {
		t.Fatal(err)
	}
	if err := b.CreateVolume(t.Context(), name, b.labels()); err != nil {
		t.Fatal(err)
	}
	running := b.run(t, "sleep 60", anonymousVolume("/data"), func(_ *container.Config, h *container.HostConfig) {
		h.NetworkMode, h.Binds = container.NetworkMode(name), []string{name + ":/named"}
	})
	b.create(t, "true")
	b.run(t, "true")
	c, err := b.Inspect(t.Context(), running)
	if err != nil {
		t.Fatal(err)
	}
	removed, err := b.Sweep(t.Context(), b.label)
	if err != nil || len(removed) != 5 {
		t.Errorf("removed %d: %q, %v", len(removed), removed, err)
	}
	if left, err := b.Resources(t.Context(), b.label); err != nil || len(left) != 0 {
		t.Errorf("left are %q, %v", left, err)
	}
	for _, m := range c.Mounts {
		if _, err := b.docker.VolumeInspect(t.Context(), m.Name); err == nil {
			t.Errorf("the volume at %s is still there", m.Target)
		}
	}
	if c, err := b.Inspect(t.Context(), kept); err != nil || c.State != "running" {
		t.Errorf("another's container is %q, %v", c.State, err)
	}
}

func TestConcurrentSweepsLeaveNothingAndSucceed(t *testing.T) {
	b := newFixture(t)
	name := "devenv-test-" + randomName()
	if _, err := b.CreateNetwork(t.Context(), name, b.labels()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b.run(t, "sleep 60", anonymousVolume("/data"), func(_ *container.Config, h *container.HostConfig) {
			h.NetworkMode = container.NetworkMode(name)
		})
	}
	swept := make(chan error, 2)
	for range cap(swept) {
		go func() {
			_, err := b.Sweep(t.Context(), b.label)
			swept <- err
		}()
	}
	if err := errors.Join(<-swept, <-swept); err != nil {
		t.Error(err)
	}
	if left, err := b.Resources(t.Context(), b.label); err != nil || len(left) != 0 {
		t.Errorf("left are %q, %v", left, err)
	}
}

func TestSweepOfAnUnusedLabelDoesNothing(t *testing.T) {
	b := newFixture(t)
	if removed, err := b.Sweep(t.Context(), b.label); err != nil || len(removed) != 0 {
		t.Errorf("removed %q, %v", removed, err)
	}
}

func TestSweepDetachesContainersOfOthersFromItsNetworks(t *testing.T) {
	b, other := newFixture(t), newFixture(t)
	name := "devenv-test-" + randomName()
	if _, err := b.CreateNetwork(t.Context(), name, b.labels()); err != nil {
		t.Fatal(err)
	}
	guest := other.run(t, "sleep 60")
	if err := b.docker.NetworkConnect(t.Context(), name, guest, &network.EndpointSettings{}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Sweep(t.Context(), b.label); err != nil {
		t.Error(err)
	}
	if c, err := other.Inspect(t.Context(), guest); err != nil || c.State != "running" {
		t.Errorf("the guest is %q, %v", c.State, err)
	}
}

func TestCommitClearsLabelsAndKeepsTheConfiguration(t *testing.T) {
	b := newFixture(t)
	id := b.run(t, "echo kept > /file", func(c *container.Config, _ *container.HostConfig) {
		c.Labels["com.docker.compose.project"] = "p"
		c.Env = []string{"A=1"}
		c.WorkingDir = "/usr"
	})
	if _, err := b.Wait(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	ref := "devenv-test/" + randomName() + ":x"
	made, err := b.Commit(t.Context(), id, engine.CommitOptions{
		Ref: ref, Labels: map[string]string{"com.docker.compose.project": "", testLabel: "", "dev.devenv.base": "{}"},
		Changes: []string{"ENV B=2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.RemoveImage(context.Background(), ref, true); err != nil {
			t.Error(err)
		}
	}()
	got, ok, err := b.ImageInspect(t.Context(), ref)
	if err != nil || !ok || got.ID != made {
		t.Fatalf("the image is %+v, %v, %v", got, ok, err)
	}
	if got.Labels["com.docker.compose.project"] != "" || got.Labels[testLabel] != "" || got.Labels["dev.devenv.base"] != "{}" {
		t.Errorf("its labels are %v", got.Labels)
	}
	if !slices.Contains(got.Env, "A=1") || !slices.Contains(got.Env, "B=2") || got.WorkingDir != "/usr" {
		t.Errorf("its configuration is %+v", got)
	}
	swept, err := b.Images(t.Context(), "dev.devenv.base={}")
	if err != nil || !slices.ContainsFunc(swept, func(i engine.Image) bool { return i.Ref == ref }) {
		t.Errorf("the images with its label are %v, %v", swept, err)
	}
}

func TestTagsAndImagesComeAndGo(t *testing.T) {
	b := newFixture(t)
	ref := "devenv-test/" + randomName() + ":x"
	if err := b.Tag(t.Context(), image, ref); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := b.ImageInspect(t.Context(), ref); err != nil || !ok {
		t.Errorf("the tag is there: %v, %v", ok, err)
	}
	for range 2 {
		if err := b.RemoveImage(t.Context(), ref, false); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := b.ImageInspect(t.Context(), ref); err != nil || ok {
		t.Errorf("the tag is there: %v, %v", ok, err)
	}
	if _, ok, err := b.ImageInspect(t.Context(), image); err != nil || !ok {
		t.Errorf("removing a tag took the image: %v, %v", ok, err)
	}
}

func TestOnlyAnUnusedImageGoesWithAllNames(t *testing.T) {
	b := newFixture(t)
	made, err := b.Commit(t.Context(), b.create(t, "true"), engine.CommitOptions{Ref: "devenv-test/" + randomName() + ":x"})
	if err == nil {
		err = b.Tag(t.Context(), made, "devenv-test/"+randomName()+":y")
	}
	if err != nil {
		t.Fatal(err)
	}
	user := b.run(t, "sleep 60", func(c *container.Config, _ *container.HostConfig) { c.Image = made })
	for _, used := range []bool{true, false} {
		if err := b.RemoveUnused(t.Context(), made); err != nil {
			t.Error(err)
		}
		if left, there, err := b.ImageInspect(t.Context(), made); err != nil || there != used {
			t.Errorf("used: %v, the image is there: %v %q %v", used, there, left.Names, err)
		}
		if err := b.Remove(t.Context(), user); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFailedPullNamesTheImageAndTheReason(t *testing.T) {
	b := newFixture(t)
	ref := "127.0.0.1:1/no/such:image"
	err := b.Pull(t.Context(), ref, "", nil)
	if err == nil || report.KindOf(err) != report.KindWork || !strings.Contains(err.Error(), ref) ||
		!strings.Contains(err.Error(), "refused") {
		t.Errorf("the failure is %v", err)
	}
	if !strings.Contains(report.HintOf(err), "docker pull "+ref) {
		t.Errorf("the hint is %q", report.HintOf(err))
	}
}
