package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// sighting is an event of a run that is visible from outside: a step that ended, a container that started or died.
type sighting struct {
	// what names it, identically in each run of the command.
	what string
	// at is when it was seen, since the run began.
	at time.Duration
	// took is how long a step took; 0 for anything else.
	took time.Duration
}

// began is the first sighting of every run.
const began = "the beginning"

// stepLine matches a line of devenv's progress: sign, time, and the name up to two spaces.
var stepLine = regexp.MustCompile(`^[✓✗-]\s+(\S+)  (\S+(?: \S+)*)`)

// stepOf parses a line of the progress; ok means that a step ended.
func stepOf(line string) (s sighting, ok bool) {
	found := stepLine.FindStringSubmatch(line)
	if found == nil {
		return sighting{}, false
	}
	took, err := time.ParseDuration(found[1])
	if err != nil {
		return sighting{}, false
	}
	return sighting{what: "step " + found[2], took: took}, true
}

// containerEvent is one line of `docker events`.
type containerEvent struct {
	Action string
	Actor  struct {
		ID         string
		Attributes map[string]string
	}
}

// events reports what happens to the project's containers and to those of devenv's runs in it, from now until ctx
// ends.
func (p *project) events(ctx context.Context, see func(string)) error {
	cmd := exec.CommandContext(ctx, "docker", "events", "--format", "{{json .}}", "--filter", "type=container",
		"--since", fmt.Sprintf("%.9f", float64(time.Now().UnixNano())/1e9))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	var workers []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var e containerEvent
		if json.Unmarshal(lines.Bytes(), &e) != nil || !slices.Contains([]string{"start", "die"}, e.Action) {
			continue
		}
		attributes := e.Actor.Attributes
		switch {
		case attributes["com.docker.compose.project"] == p.name:
			see(attributes["com.docker.compose.service"] + " " + e.Action)
		case attributes["dev.devenv.root"] == p.dir:
			if !slices.Contains(workers, e.Actor.ID) {
				workers = append(workers, e.Actor.ID)
			}
			see(fmt.Sprintf("worker %d %s", slices.Index(workers, e.Actor.ID)+1, e.Action))
		case strings.HasPrefix(attributes["name"], p.intruderName()):
			see("intruder " + e.Action)
		}
	}
	_ = cmd.Wait() // it was killed
	return nil
}

// numbered makes the names of sightings unique: the second one of a kind is "postgres start 2".
type numbered map[string]int

func (n numbered) name(what string) string {
	n[what]++
	if n[what] == 1 {
		return what
	}
	return fmt.Sprintf("%s %d", what, n[what])
}
