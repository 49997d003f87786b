package devenv_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"devenv/devenv"
	"devenv/devenv/database"
	"devenv/devenv/report"
)

// startRegistry runs Debian's docker-registry on a port of loopback that it chooses itself, which the engine takes without TLS.
func startRegistry(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	c := checkout{T: t, dir: dir}
	c.write("config.yml", fmt.Sprintf("version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: \"127.0.0.1:0\"}\n", dir))
	command := exec.Command("docker-registry", "serve", filepath.Join(dir, "config.yml"))
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr, command.Stdout = writer, writer
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill() // it holds nothing that the test needs
		_ = command.Wait()
		_ = reader.Close()
	})
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	listening := regexp.MustCompile(`listening on (127\.0\.0\.1:\d+)`)
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, reader) }() // ends with the registry
			return found[1]
		}
	}
	t.Fatal("the registry ended before it listened")
	return ""
}

func TestABaseThatWasPushedIsPulledInAnotherCloneAndNotMadeAgain(t *testing.T) {
	first := newSample(t)
	registry := startRegistry(t) + "/acme"
	// The settling gives the base a key of its own: other tests use the sample's.
	first.write(".devenv.yaml", fmt.Sprintf("registry: %s\nseed: {startup: true, settle: %dns}\n", registry, 1+time.Now().UnixNano()%1_000_000))
	push := devenv.PushOptions{Options: devenv.Options{Dir: first.dir, Listener: logged{t}}}
	if _, err := devenv.PushBase(t.Context(), push); report.KindOf(err) != report.KindUsage || !strings.Contains(err.Error(), "seed data") {
		t.Fatalf("the first push did not ask, or did not say what goes along: %v", err)
	}
	push.Yes = true
	pushed, err := devenv.PushBase(t.Context(), push)
	if err != nil || len(pushed.Items) != 2 {
		t.Fatalf("%v, %v", pushed, err)
	}
	var remote []string
	for _, item := range pushed.Items {
		remote = append(remote, item.(devenv.PushItem).Image)
	}
	second := checkout{T: t, dir: filepath.Join(t.TempDir(), "elsewhere"), engine: first.engine}
	if out, err := exec.Command("cp", "-a", first.dir, second.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	forget := func() {
		for _, ref := range remote {
			_, tag, _ := strings.Cut(ref, "/base:")
			for _, name := range []string{"devenv/base:" + tag, ref} {
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
			t.Errorf("%s was taken for the base of %s: %v", ref, want, err)
		}
	}
	if _, named, err := second.engine.ImageInspect(t.Context(), "devenv/base:"+key+"-foreign"); named || err != nil {
		t.Errorf("a foreign image was named a base: %v", err)
	}
	forget()
}

// isPulledElsewhere pushes a snapshot, removes it, and pulls it in another repository, whose own it then is.
func (s ownStack) isPulledElsewhere(snapshot devenv.SnapshotItem) {
	s.Helper()
	registry := startRegistry(s.T) + "/acme"
	s.write(".devenv.yaml", "registry: "+registry+"\n")
	o := devenv.SnapshotOptions{Options: s.options(), Name: snapshot.Name}
	if _, err := devenv.PushSnapshot(s.Context(), o); report.KindOf(err) != report.KindUsage || !strings.Contains(err.Error(), "every role") {
		s.Fatalf("the first push did not ask, or did not say what goes along: %v", err)
	}
	o.Yes = true
	if pushed, err := devenv.PushSnapshot(s.Context(), o); err != nil || len(pushed.Items) != 1 {
		s.Fatalf("%v, %v", pushed, err)
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
	if list, err := devenv.ListSnapshots(s.Context(), o); err != nil || len(list.Items) != 1 || list.Items[0].(devenv.SnapshotItem).Bytes != snapshot.Bytes || got.Image == snapshot.Image {
		s.Errorf("the other repository has %v, %v", list.Items, err)
	}
	o.Name = "another"
	if _, err := devenv.PullSnapshot(s.Context(), o); err == nil || !strings.Contains(err.Error(), registry+"/snapshot:another") {
		s.Errorf("a snapshot that nobody pushed: %v", err)
	}
	if _, err := devenv.RemoveSnapshots(s.Context(), o, []string{snapshot.Name}); err != nil {
		s.Error(err)
	}
}
