package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAStepIsSeenByItsLine(t *testing.T) {
	for line, want := range map[string]sighting{
		"✓   0.9s  copy": {what: "step copy", took: 900 * time.Millisecond},
		"✗  1m02s  base: migrate and seed  it ended with exit 1": {what: "step base: migrate and seed", took: 62 * time.Second},
		"-   0.0s  snapshot  there was no data":                  {what: "step snapshot"},
	} {
		if got, ok := stepOf(line); !ok || got != want {
			t.Errorf("%q is %+v %v, want %+v", line, got, ok, want)
		}
	}
	for _, line := range []string{"…   2.1s  copy", "   │ ✓   0.9s  copy", "✗ start backend: it ended", "· a note"} {
		if got, ok := stepOf(line); ok {
			t.Errorf("%q was taken for %+v", line, got)
		}
	}
}

// timeline returns a run of two steps, with a container starting in the second one.
func timeline() []sighting {
	return []sighting{
		{what: began},
		{what: "step check", at: 200 * time.Millisecond, took: 200 * time.Millisecond},
		{what: "worker 1 start", at: 500 * time.Millisecond},
		{what: "step copy", at: 1200 * time.Millisecond, took: time.Second},
	}
}

func TestStepsAreInterruptedAtThreeMoments(t *testing.T) {
	var got []string
	for _, m := range cutMoments(timeline()) {
		got = append(got, fmt.Sprintf("%s: %s +%d", m, m.after, m.wait.Milliseconds()))
	}
	want := []string{
		"the beginning of step check: the beginning +0",
		"the middle of step check: the beginning +100",
		"the end of step check: the beginning +180",
		"the beginning of step copy: step check +0",
		"the middle of step copy: worker 1 start +200",
		"the end of step copy: worker 1 start +680",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the moments are\n%s", strings.Join(got, "\n"))
	}
}

func TestMomentsAreCloseEnough(t *testing.T) {
	var got []string
	for _, m := range everyMoment(timeline(), 1300*time.Millisecond, 300*time.Millisecond) {
		got = append(got, m.String())
	}
	want := []string{
		"at the beginning", "at step check", "at worker 1 start", "300 ms after worker 1 start",
		"600 ms after worker 1 start", "at step copy",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the moments are %q", got)
	}
	if picked := spread(want, 2); !slices.Equal(picked, []string{want[1], want[4]}) {
		t.Errorf("two of them are %q", picked)
	}
}

func TestCommittedRowsMustBeKept(t *testing.T) {
	whole := startFacts{command: "reset", before: []string{"a"}, written: []string{"b", "c"}, now: []string{"c"}, back: []string{"a", "b"}}
	for name, c := range map[string]struct {
		change func(*startFacts)
		want   outcome
	}{
		"kept and written":          {func(*startFacts) {}, complete},
		"a row from before is gone": {func(f *startFacts) { f.back = []string{"b"} }, lost},
		"a committed row is gone":   {func(f *startFacts) { f.now = nil }, lost},
		"refused, all there":        {func(f *startFacts) { f.exit, f.now, f.back = 1, []string{"a", "b", "c"}, nil }, asBefore},
		"refused what it must not": {
			func(f *startFacts) { f.want, f.exit, f.now, f.back = success, 1, []string{"a", "b", "c"}, nil },
			lost,
		},
		"did what it must refuse":        {func(f *startFacts) { f.want = refusal }, lost},
		"refused, and a row is gone":     {func(f *startFacts) { f.exit, f.now, f.back = 1, []string{"a", "c"}, nil }, lost},
		"exchanged, not started":         {func(f *startFacts) { f.exit = 1 }, complete},
		"a server lost its files":        {func(f *startFacts) { f.alarms = []string{"PANIC"} }, lost},
		"two servers on the same data":   {func(f *startFacts) { f.twoServers = true }, lost},
		"the next command does not work": {func(f *startFacts) { f.stuck = "exit 1" }, lost},
		"saved, all there":               {func(f *startFacts) { f.command, f.now = "snapshot save", []string{"a", "b", "c"} }, complete},
		"saved, the snapshot lacks a row": {
			func(f *startFacts) { f.command, f.now, f.back = "snapshot save", []string{"a", "b", "c"}, nil },
			lost,
		},
		"saved, and the written rows are lost": {func(f *startFacts) { f.command, f.now = "snapshot save", []string{"a"} }, lost},
	} {
		facts := whole
		c.change(&facts)
		if got := judgeStart(facts); got.outcome != c.want {
			t.Errorf("%s: %s %s, want %s", name, got.outcome, got.detail, c.want)
		}
	}
}

func TestTwoServersAreSeenOnlyWhileAnotherRuns(t *testing.T) {
	at := func(what string, seconds int) sighting {
		return sighting{what: what, at: time.Duration(seconds) * time.Second}
	}
	died := at("postgres die", 1)
	for name, c := range map[string]struct {
		timeline []sighting
		killed   bool
		want     bool
	}{
		"the other one had ended":   {[]sighting{died, at("intruder start", 3), at("intruder die", 4), at("postgres start", 4)}, false, false},
		"the other one still ran":   {[]sighting{died, at("intruder start", 3), at("postgres start 2", 4)}, false, true},
		"both at once, and killed":  {[]sighting{died, at("intruder start", 3), at("postgres start 2", 4)}, true, false},
		"killed, but long after it": {[]sighting{died, at("intruder start", 3), at("postgres start 2", 6)}, true, true},
	} {
		if got := twoServers(c.timeline, c.killed); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestServersThatCameTooEarlyAreNotJudged(t *testing.T) {
	seen := func(all ...string) (timeline []sighting) {
		for _, what := range all {
			timeline = append(timeline, sighting{what: what})
		}
		return timeline
	}
	for name, c := range map[string]struct {
		timeline []sighting
		alone    bool
		want     bool
	}{
		"in between":              {seen("postgres die", "intruder start", "intruder die", "postgres start"), true, false},
		"too early":               {seen("intruder start", "postgres die", "postgres start"), true, true},
		"early, and waits":        {seen("intruder start", "postgres die", "postgres start"), false, false},
		"after the next start":    {seen("postgres die", "postgres start", "intruder start"), false, true},
		"in between, and refused": {seen("postgres die", "intruder start"), true, false},
	} {
		if got := cameWhileItRan(c.timeline, c.alone); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := judgeStart(startFacts{missed: true, alarms: []string{"PANIC"}}); got.outcome != missed {
		t.Errorf("it was judged: %s", got.outcome)
	}
}

func TestInterruptionsLeaveAllOrNothing(t *testing.T) {
	before := treeState{"HEAD": "main", "file app.py": "1", "the status": ""}
	revision := "file backend/src/toolshed/migrations/versions/abc.py"
	whole := cutFacts{
		command: cutting{name: "new-migration"}, exit: -1, gitBefore: before, gitAfter: before,
		dataBefore: "t=1", dataComplete: "t=2", dataAfter: "t=1", running: []string{"postgres"}, runningAfter: []string{"postgres"},
	}
	for name, c := range map[string]struct {
		change func(*cutFacts)
		want   outcome
	}{
		"as before":                  {func(*cutFacts) {}, asBefore},
		"the rows of the whole":      {func(f *cutFacts) { f.dataAfter = "t=2" }, complete},
		"other rows":                 {func(f *cutFacts) { f.dataAfter = "t=3" }, lost},
		"the whole delivery":         {func(f *cutFacts) { f.gitAfter = with(before, revision, "x", "the status", "?? abc.py") }, complete},
		"another file changed, too":  {func(f *cutFacts) { f.gitAfter = with(before, revision, "x", "file app.py", "2") }, lost},
		"delivered by another":       {func(f *cutFacts) { f.command.name, f.gitAfter = "reset", with(before, revision, "x") }, lost},
		"a moved branch":             {func(f *cutFacts) { f.gitAfter = with(before, "HEAD", "other") }, lost},
		"the stack is down":          {func(f *cutFacts) { f.runningAfter = nil }, lost},
		"something is left":          {func(f *cutFacts) { f.left = []string{"volume x"} }, lost},
		"the next command complains": {func(f *cutFacts) { f.stuck = "port is held" }, lost},
		"an error instead of 130":    {func(f *cutFacts) { f.exit = 1 }, lost},
	} {
		facts := whole
		c.change(&facts)
		if got := judgeCut(facts); got.outcome != c.want {
			t.Errorf("%s: %s %s, want %s", name, got.outcome, got.detail, c.want)
		}
	}
}

// with returns a state with some parts changed.
func with(state treeState, parts ...string) treeState {
	changed := treeState{}
	for part, value := range state {
		changed[part] = value
	}
	for i := 0; i < len(parts); i += 2 {
		changed[parts[i]] = parts[i+1]
	}
	return changed
}

func TestReusedImagesAreNoLeftovers(t *testing.T) {
	key := strings.Repeat("a1", 10)
	images := []image{
		{ID: "1", RepoTags: []string{"devenv/base:" + key}, Parent: "5"},
		{ID: "2", RepoTags: []string{"devenv/base:" + key + "-empty"}},
		{ID: "3", RepoTags: []string{"devenv/build:0123456789abcdef"}},
		{ID: "4", RepoTags: []string{"own-backend:latest"}},
		{ID: "5"}, // the first one is based on it
		{ID: "6", RepoTags: []string{"devenv/base:" + key + "-0a1b2c3d"}},
		{ID: "7"},
	}
	if got := useless(images, "own"); !slices.Equal(got, []string{"image devenv/base:" + key + "-0a1b2c3d", "image 7"}) {
		t.Errorf("left are %q", got)
	}
}

func TestOnlyInputsOfTheBaseMayRebuildIt(t *testing.T) {
	first := baseOf{Image: "a"}
	for name, c := range map[string]struct {
		after baseOf
		same  bool
		want  outcome
	}{
		"known":            {baseOf{"a", true}, true, asBefore},
		"made again":       {baseOf{"a", false}, true, lost},
		"another key":      {baseOf{"b", false}, true, lost},
		"changed, and new": {baseOf{"b", false}, false, complete},
		"changed, and old": {baseOf{"a", true}, false, lost},
	} {
		if got := judgeKey(first, c.after, c.same); got.outcome != c.want {
			t.Errorf("%s: %s, want %s", name, got.outcome, c.want)
		}
	}
}

func TestPlantedSecretsAreFoundAnywhere(t *testing.T) {
	c := newCanaries()
	token, pin := c.get("", "token", false).value, c.get("short", "pin", true).value
	if got := c.in("a " + token + " and " + pin); !slices.Equal(got, []string{"pin", "token"}) {
		t.Errorf("in a text: %q", got)
	}
	for _, at := range []int{0, 1<<20 - 10, 1<<20 - coreLength, 1 << 20, 3<<20 + 5} {
		stream := strings.NewReader(strings.Repeat("x", at) + token + "x")
		if got, err := c.inStream(stream); err != nil || !slices.Equal(got, []string{"token"}) {
			t.Errorf("in a stream, %d bytes in: %q %v", at, got, err)
		}
	}
	layer := archive(t, map[string]string{"run/secrets/token": token, "etc/hosts": "nothing"})
	for name, content := range map[string]string{"l/layer.tar": layer, "blobs/sha256/aa": zipped(t, layer)} {
		hits, err := c.inArchive(strings.NewReader(archive(t, map[string]string{name: content})), "", func(string) bool { return false })
		if want := []hit{{name + ":run/secrets/token", "token"}}; err != nil || !slices.Equal(hits, want) {
			t.Errorf("in an image: %v %v, want %v", hits, err, want)
		}
	}
}

func TestReadableSecretsInTheCacheCount(t *testing.T) {
	dir := t.TempDir()
	cache := filepath.Join(dir, "cache")
	if err := os.MkdirAll(filepath.Join(cache, "trees"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"trees/open": 0o644, "trees/private": 0o600} {
		if err := os.WriteFile(filepath.Join(cache, name), nil, mode); err != nil {
			t.Fatal(err)
		}
		if readable, _ := othersRead(cache, name); readable != (mode == 0o644) {
			t.Errorf("%s: others read it: %v", name, readable)
		}
	}
	if err := os.Chmod(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	if readable, _ := othersRead(cache, "trees/open"); readable {
		t.Error("others can read files in a private directory")
	}
}

// archive returns a tar archive of files.
func archive(t *testing.T, files map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// zipped returns text compressed by gzip.
func zipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTheLastLineCountsOutcomes(t *testing.T) {
	var out bytes.Buffer
	all := &table{out: &out}
	for _, o := range []outcome{asBefore, lost, leaked, complete, lost} {
		all.add(attempt{finding: finding{outcome: o, detail: "why"}})
	}
	if got := all.String(); got != "5 attempts, 2 lost, 1 leaked" || !all.failed() {
		t.Errorf("it is %q", got)
	}
}
