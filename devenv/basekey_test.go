package devenv_test

import (
	"crypto/rand"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/devenv"
	"devenv/devenv/sample"
)

// baseKeys returns the names under which the empty database and the base would be pushed, without making them.
func (c checkout) baseKeys() (empty, base string) {
	c.Helper()
	pushed, err := devenv.PushBase(c.Context(),
		devenv.PushOptions{Options: devenv.Options{Dir: c.dir, Listener: logged{c.T}}, DryRun: true})
	if err != nil {
		c.Fatal(err)
	}
	return pushed.Items[0].(devenv.PushItem).Image, pushed.Items[1].(devenv.PushItem).Image
}

// changedImage creates an image like another one with one more variable, under a name only this test uses.
func (c checkout) changedImage(from, as, variable string) {
	c.Helper()
	id, err := exec.CommandContext(c.Context(), "docker", "create", from, "true").Output()
	if err != nil {
		c.Fatal(err)
	}
	container := strings.TrimSpace(string(id))
	if _, err := c.engine.Commit(c.Context(), container,
		engine.CommitOptions{Ref: as, Changes: []string{"ENV " + variable + "=1"}}); err != nil {
		c.Error(err)
	}
	if err := c.engine.Remove(c.Context(), container); err != nil {
		c.Error(err)
	}
}

// ownName returns a name for an image that is removed at the end.
func (c checkout) ownName(of string) string {
	c.Helper()
	name := "devenv-test-" + strings.ToLower(rand.Text()) + ":1"
	if of != "" {
		if err := c.engine.Tag(c.Context(), of, name); err != nil {
			c.Fatal(err)
		}
	}
	c.Cleanup(func() {
		_ = exec.Command("docker", "rmi", "-f", name).Run() // it may not exist any more
	})
	return name
}

func TestTheBasesKeyDependsOnlyOnItsInputs(t *testing.T) {
	const none, base, both = "nothing", "the base", "the base and the empty database" // what gets another key
	c := newSample(t)
	database, python := c.ownName("postgres:17"), c.ownName("debian:trixie-slim")
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.replace(composeFile, "image: postgres:17", "image: "+database)
	c.replace("backend/Dockerfile", "FROM debian:trixie-slim", "FROM "+python)
	c.git("commit", "-qam", "Images of the test's own")
	c.write(".devenv.yaml", "registry: 127.0.0.1:1/acme\n")
	emptyKey, key := c.baseKeys()
	step := func(name, another string, do func()) {
		t.Helper()
		do()
		emptyNow, now := c.baseKeys()
		if (now != key) != (another != none) || (emptyNow != emptyKey) != (another == both) {
			t.Errorf("%s: the key changed: %t, that of the empty database: %t", name, now != key, emptyNow != emptyKey)
		}
		emptyKey, key = emptyNow, now
	}
	commit := func(path, content string) func() {
		return func() { c.advanceBaseHere(path, content) }
	}
	step("a README", none, commit("README.md", "new\n"))
	step("what no service of the base sees", none, commit("frontend/app.js", "new\n"))
	step("the configuration of checks", none, func() { c.write(".devenv.yaml", c.read(".devenv.yaml")+"checks: {notes: off}\n") })
	step("a second name of the database's image", none, func() { c.ownName(database) })
	step("another clone, in another cache, on a branch", none, func() {
		elsewhere := filepath.Join(t.TempDir(), "elsewhere")
		if out, err := exec.CommandContext(t.Context(), "cp", "-a", c.dir, elsewhere).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		c.dir = elsewhere
		c.git("checkout", "-qb", "feature/anything")
		t.Setenv("DEVENV_CACHE", filepath.Join(t.TempDir(), "cache"))
	})
	c.git("checkout", "-q", sample.BaseBranch)
	step("the backend's code", base, commit("backend/src/toolshed/new.py", "NEW = 1\n"))
	step("an env file of the backend", base, commit("backend.dev.env", c.read("backend.dev.env")+"NEW=1\n"))
	step("an env file of the database", both, commit("postgres.dev.env", c.read("postgres.dev.env")+"NEW=1\n"))
	step("the database's image", both, func() { c.changedImage("postgres:17", database, "CHANGED") })
	step("the image that the backend's Dockerfile starts from", base, func() { c.changedImage("debian:trixie-slim", python, "CHANGED") })
	step("what base_inputs excludes", base, func() {
		c.write(".devenv.yaml", c.read(".devenv.yaml")+"base_inputs: {exclude: [backend/src/toolshed/new.py]}\n")
	})
	step("a change to it", none, commit("backend/src/toolshed/new.py", "NEW = 2\n"))
}

// advanceBaseHere commits a file on the base, which is checked out.
func (c checkout) advanceBaseHere(path, content string) {
	c.Helper()
	c.write(path, content)
	c.git("add", path)
	c.git("commit", "-qm", "The base goes on")
}
