package engine_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/client"

	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
)

const (
	image     = "debian:trixie-slim"
	testLabel = "dev.devenv.test"
)

// fixture is an engine, and a client of its own to create containers that the package itself leaves to Compose.
type fixture struct {
	*engine.Engine
	docker *client.Client
	// label is unique to this test: everything that carries it is removed at the end.
	label string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	enginetest.Images(t, image)
	e := enginetest.Require(t)
	docker, err := client.NewClientWithOpts(client.WithHost(e.Endpoint().Host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	b := &fixture{Engine: e, docker: docker, label: testLabel + "=compose-engine-" + randomName()}
	t.Cleanup(func() {
		if _, err := e.Sweep(context.Background(), b.label); err != nil {
			t.Errorf("clean up: %v", err)
		}
		if err := docker.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func randomName() string {
	var raw [4]byte
	_, _ = rand.Read(raw[:])
	return hex.EncodeToString(raw[:])
}

// labels returns the test's label, with others, as a map.
func (b *fixture) labels(more ...string) map[string]string {
	labels := map[string]string{testLabel: b.label[len(testLabel)+1:]}
	for i := 0; i+1 < len(more); i += 2 {
		labels[more[i]] = more[i+1]
	}
	return labels
}

// create creates a container of a shell script; shape may change its configuration.
func (b *fixture) create(t *testing.T, script string, shape ...func(*container.Config, *container.HostConfig)) string {
	t.Helper()
	config := &container.Config{Image: image, Labels: b.labels(), Cmd: []string{"sh", "-c", script}}
	host := &container.HostConfig{}
	for _, change := range shape {
		change(config, host)
	}
	made, err := b.docker.ContainerCreate(t.Context(), config, host, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// run creates and starts a container of a shell script.
func (b *fixture) run(t *testing.T, script string, shape ...func(*container.Config, *container.HostConfig)) string {
	t.Helper()
	id := b.create(t, script, shape...)
	if err := b.Start(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return id
}

// anonymousVolume mounts an unnamed volume.
func anonymousVolume(target string) func(*container.Config, *container.HostConfig) {
	return func(_ *container.Config, h *container.HostConfig) {
		h.Mounts = append(h.Mounts, mount.Mount{Type: mount.TypeVolume, Target: target})
	}
}

// archive returns a tar archive of one file.
func archive(t *testing.T, header tar.Header, content string) io.Reader {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	header.Size, header.Typeflag = int64(len(content)), tar.TypeReg
	if err := w.WriteHeader(&header); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &out
}
