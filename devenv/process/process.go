// Package process identifies the process of a devenv run so that it can be recognized from another container, another
// boot or another machine that uses the same engine, and judges whether a run is over. It imports nothing of devenv:
// whoever created something on an engine, and whoever finds it, may have nothing in common but that engine.
package process

import (
	"encoding/json"
	"os"
)

// Process identifies a process beyond its own lifetime.
type Process struct {
	// Boot is the kernel's id of the current boot. Namespaces are those in which the process id and the start time
	// are counted. Both are empty if the system does not tell.
	Boot       string `json:"boot,omitempty"`
	Namespaces string `json:"namespaces,omitempty"`
	PID        int    `json:"pid"`
	// Started is the start time, in the system's own unit; 0 if the system does not tell.
	Started uint64 `json:"started,omitempty"`
	// User is the id of its user.
	User int `json:"user"`
}

// Current returns this process.
func Current() Process {
	p := Process{Boot: boot(), Namespaces: namespaces(), PID: os.Getpid(), User: os.Getuid()}
	p.Started, _ = look(p.PID)
	return p
}

// Sees reports whether p would see q if it were still running: q's process id means the same process to both.
func (p Process) Sees(q Process) bool {
	return q.PID > 0 && q.Boot != "" && q.Boot == p.Boot && q.Namespaces != "" && q.Namespaces == p.Namespaces
}

// Elsewhere reports whether q's process id means another process to p, or none. It is false if q has neither boot nor
// namespaces.
func (p Process) Elsewhere(q Process) bool {
	return p.Boot != "" && p.Namespaces != "" && q.Boot != "" && q.Namespaces != "" && !p.Sees(q)
}

// String returns the process as it is written to a label.
func (p Process) String() string {
	text, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return string(text)
}

// Parse parses a label. A text that is not a process gives the zero value.
func Parse(text string) Process {
	var p Process
	if json.Unmarshal([]byte(text), &p) != nil {
		return Process{}
	}
	return p
}
