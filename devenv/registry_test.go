package devenv_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"devenv/compose/engine"
	"devenv/devenv"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

func TestAnotherClonePullsAPushedBase(t *testing.T) {
	first := newSample(t)
	// The settle time gives the base a separate key: other tests use the sample's.
	settings := fmt.Sprintf("registry: %%s\nseed: {startup: true, settle: %dns}\n", 1+time.Now().UnixNano()%1_000_000)
	first.write(".devenv.yaml", fmt.Sprintf(settings, "127.0.0.1:1/acme"))
	server := registryOf(t)
	postgres := first.databaseOnlyIn(server.address)
	made := first.madeWithoutTheRegistry()
	registry := server.project()
	first.write(".devenv.yaml", fmt.Sprintf(settings, registry))
	push := devenv.PushOptions{Options: devenv.Options{Dir: first.dir, Listener: logged{t}}}
	if _, err := devenv.PushBase(t.Context(), push); report.KindOf(err) != report.KindUsage || !strings.Contains(err.Error(), "seed data") {
		t.Fatalf("the first push did not ask, or did not list the contents: %v", err)
	}
	push.Yes = true
	first.pushesNoSecret(push)
	pushed, err := devenv.PushBase(t.Context(), push)
	if err != nil || len(pushed.Items) != 2 {
		t.Fatalf("%v, %v", pushed, err)
	}
	var remote []string
	for _, item := range pushed.Items {
		remote = append(remote, item.(devenv.PushItem).Image)
	}
	if !strings.HasSuffix(remote[1], strings.TrimPrefix(made, "devenv")) {
		t.Errorf("the base made before the database's image was present is %s; afterwards %s was pushed", made, remote[1])
	}
	second := checkout{T: t, dir: filepath.Join(t.TempDir(), "elsewhere"), engine: first.engine}
	if out, err := exec.Command("cp", "-a", first.dir, second.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	forget := func() {
		for _, ref := range remote {
			_, tag, _ := strings.Cut(ref, "/base:")
			for _, name := range []string{"devenv/base:" + tag, ref, postgres} {
				if err := second.engine.RemoveImage(t.Context(), name, false); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	forget()
	result := second.must(second.newMigration(func(o *devenv.NewMigrationOptions) { o.DryRun, o.NoVerify = true, true }))
	if !result.Document.Base.Cached {
		t.Errorf("the base was made: %+v", result.Document.Base)
	}
	for _, step := range result.Document.Steps {
		if strings.HasPrefix(step.Name, "base: ") || step.Name == "base" && !strings.HasSuffix(step.Detail, ", pulled") {
			t.Errorf("step %s: %s", step.Name, step.Detail)
		}
	}
	_, key, _ := strings.Cut(remote[1], "/base:")
	for ref, want := range map[string]string{"debian:trixie-slim": key, "devenv/base:" + key: "another key"} {
		if ours, err := database.Adopt(t.Context(), second.engine, ref, want, key+"-foreign"); ours || err != nil {
			t.Errorf("%s was used as the base of %s: %v", ref, want, err)
		}
	}
	if _, named, err := second.engine.ImageInspect(t.Context(), "devenv/base:"+key+"-foreign"); named || err != nil {
		t.Errorf("a foreign image was named a base: %v", err)
	}
	forget()
}

// databaseOnlyIn changes the project, on the base and the branch, to a database image that must be pulled from a
// registry.
func (c checkout) databaseOnlyIn(registry string) string {
	c.Helper()
	name := registry + "/library/postgres:17"
	err := errors.Join(c.engine.Tag(c.Context(), "postgres:17", name), c.engine.Push(c.Context(), name, nil),
		c.engine.RemoveImage(c.Context(), name, false))
	if err != nil {
		c.Fatal(err)
	}
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.replace(composeFile, "image: postgres:17", "image: "+name)
	c.git("commit", "-qam", "The registry's own image")
	c.git("checkout", "-q", sample.FeatureBranch)
	c.git("rebase", "-q", sample.BaseBranch)
	c.git("stash", "pop", "-q")
	return name
}

// pushesNoSecret puts a file with a secret into the base's image, and expects that it is not pushed.
func (c checkout) pushesNoSecret(push devenv.PushOptions) {
	c.Helper()
	push.DryRun = true
	would, err := devenv.PushBase(c.Context(), push)
	if err != nil {
		c.Fatal(err)
	}
	_, tag, _ := strings.Cut(would.Items[1].(devenv.PushItem).Image, "/base:")
	good, _, err := c.engine.ImageInspect(c.Context(), "devenv/base:"+tag)
	if err != nil {
		c.Fatal(err)
	}
	id, err := c.engine.CreateScript(c.Context(),
		engine.Script{Image: good.ID, Text: "printf %s " + sample.Password[:8] + " " + sample.Password[8:] + " > /etc/left.conf"})
	if err == nil {
		_, err = c.engine.RunToEnd(c.Context(), id)
	}
	if err != nil {
		c.Fatal(err)
	}
	bad, err := c.engine.Commit(c.Context(), id, engine.CommitOptions{Ref: "devenv/base:" + tag})
	if err = errors.Join(err, c.engine.Remove(c.Context(), id)); err != nil {
		c.Fatal(err)
	}
	push.DryRun = false
	_, err = devenv.PushBase(c.Context(), push)
	if report.KindOf(err) != report.KindWork || !strings.Contains(err.Error(), "/etc/left.conf") || strings.Contains(err.Error(),
		sample.Password) {
		c.Errorf("an image with a secret: %v", err)
	}
	if err := errors.Join(c.engine.Tag(c.Context(), good.ID, "devenv/base:"+tag),
		c.engine.RemoveImage(c.Context(), bad, true)); err != nil {
		c.Fatal(err)
	}
}

// madeWithoutTheRegistry makes the base while the registry refuses connections, expects one note about that, and
// returns the image.
func (c checkout) madeWithoutTheRegistry() string {
	c.Helper()
	document := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.DryRun, o.NoVerify = true, true })).Document
	said := slices.DeleteFunc(slices.Clone(document.Notes),
		func(note string) bool { return !strings.Contains(note, "the base is made here") })
	if document.Base.Cached || len(said) != 1 || !strings.Contains(said[0], "connection refused") || !strings.Contains(said[0],
		"check the network, the registry's name") {
		c.Errorf("cached: %v; about the refusing registry it noted %q", document.Base.Cached, said)
	}
	return document.Base.Image
}

// isPulledElsewhere pushes a snapshot, and again from another worktree, and pulls it into another repository, which
// then has it.
func (s ownStack) isPulledElsewhere(snapshot devenv.SnapshotItem, worktree string) {
	s.Helper()
	server := registryOf(s.T)
	registry := server.project()
	s.write(".devenv.yaml", "registry: "+registry+"\n")
	o := devenv.SnapshotOptions{Options: s.options(), Name: snapshot.Name}
	if _, err := devenv.PushSnapshot(s.Context(), o); report.KindOf(err) != report.KindUsage ||
		!strings.Contains(err.Error(), "every role") {
		s.Fatalf("the first push did not ask, or did not list the contents: %v", err)
	}
	o.Yes = true
	if pushed, err := devenv.PushSnapshot(s.Context(), o); err != nil || len(pushed.Items) != 1 {
		s.Fatalf("%v, %v", pushed, err)
	}
	second := ownStack{checkout{T: s.T, dir: worktree, engine: s.engine}}
	second.write(".devenv.yaml", "registry: "+registry+"\n")
	if _, err := devenv.PushSnapshot(s.Context(), devenv.SnapshotOptions{Options: second.options(), Name: snapshot.Name}); err != nil {
		s.Errorf("the second push, from another worktree of the repository: %v", err)
	}
	if _, err := devenv.PullSnapshot(s.Context(), o); report.KindOf(err) != report.KindUsage {
		s.Errorf("a name that is taken: %v", err)
	}
	elsewhere := ownStack{checkout{T: s.T, dir: filepath.Join(s.TempDir(), filepath.Base(s.dir)), engine: s.engine}}
	if out, err := exec.Command("cp", "-a", s.dir, elsewhere.dir).CombinedOutput(); err != nil {
		s.Fatalf("%v %s", err, out)
	}
	o.Options = elsewhere.options()
	pulled, err := devenv.PullSnapshot(s.Context(), o)
	if err != nil || len(pulled.Items) != 1 {
		s.Fatalf("%v, %v\n%s", pulled, err, report.HintOf(err))
	}
	got := pulled.Items[0].(devenv.SnapshotItem)
	if list, err := devenv.ListSnapshots(s.Context(),
		o); err != nil || len(list.Items) != 2 || list.Items[1].(devenv.SnapshotItem).Bytes != snapshot.Bytes ||
		got.Image == snapshot.Image {
		s.Errorf("the other repository has %v, %v", list.Items, err)
	}
	o.Name = "another"
	if _, err := devenv.PullSnapshot(s.Context(), o); err == nil || !strings.Contains(err.Error(), registry+"/snapshot:another") {
		s.Errorf("a snapshot that nobody pushed: %v", err)
	}
	o.Yes = true
	if _, err := devenv.RemoveSnapshots(s.Context(), o, []string{snapshot.Name}); err != nil {
		s.Error(err)
	}
	s.asksForALogin(server, snapshot)
}

// asksForALogin tries a registry that allows nobody in without credentials, and has none of the project's images.
func (s ownStack) asksForALogin(server *registry, snapshot devenv.SnapshotItem) {
	s.Helper()
	server.requireLogin(s.T, "ali", "open sesame")
	s.write(".devenv.yaml", "registry: "+server.project()+"\n")
	o := devenv.SnapshotOptions{Options: s.options(), Name: snapshot.Name, Yes: true}
	_, err := devenv.PushSnapshot(s.Context(), o)
	if err == nil || !strings.Contains(report.HintOf(err), "docker login "+server.address) {
		s.Errorf("pushed without a login: %v\n%s", err, report.HintOf(err))
	}
	o.Name = "nobody-has-it"
	pull := func(hint string) {
		s.Helper()
		_, err := devenv.PullSnapshot(s.Context(), o)
		if err == nil || !strings.Contains(report.HintOf(err), hint) {
			s.Errorf("%v\n%s\nwant the hint %q", err, report.HintOf(err), hint)
		}
	}
	pull("docker login " + server.address)
	s.Setenv("DOCKER_AUTH_CONFIG", fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, server.address,
		base64.StdEncoding.EncodeToString([]byte("ali:open sesame"))))
	pull("the registry has no such image")
}
