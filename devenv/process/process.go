// Package process says which process a run of devenv is, so that it is known also from another container, another boot or another
// machine that uses the same engine, and judges whether a run is over. It imports nothing: whoever made something on an engine, and
// whoever comes upon it, need not have more in common than that engine.
package process

import (
	"encoding/json"
	"os"
)

// Process is a process as it is known beyond its own life.
type Process struct {
	// Boot is the kernel's name for what the machine does since it was switched on, Namespaces are those that the number and the
	// start are counted in. Both are empty where the system does not tell.
	Boot       string `json:"boot,omitempty"`
	Namespaces string `json:"namespaces,omitempty"`
	PID        int    `json:"pid"`
	// Started is when it began, in a count of the system's own; 0 where the system does not tell.
	Started uint64 `json:"started,omitempty"`
	// User is the number of its user.
	User int `json:"user"`
}

// Current returns this process.
func Current() Process {
	p := Process{Boot: boot(), Namespaces: namespaces(), PID: os.Getpid(), User: os.Getuid()}
	p.Started, _ = look(p.PID)
	return p
}

// Sees reports whether p would see q if it went on: q's number means the same process to both.
func (p Process) Sees(q Process) bool {
	return q.PID > 0 && q.Boot != "" && q.Boot == p.Boot && q.Namespaces != "" && q.Namespaces == p.Namespaces
}

// Elsewhere reports whether q's number is another process to p, or none. Of one that tells neither boot nor namespaces it is not known.
func (p Process) Elsewhere(q Process) bool {
	return p.Boot != "" && p.Namespaces != "" && q.Boot != "" && q.Namespaces != "" && !p.Sees(q)
}

// String returns the process as it is written into a label.
func (p Process) String() string {
	text, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return string(text)
}

// Parse reads a label. What is no process's is the zero value: nothing is known of it.
func Parse(text string) Process {
	var p Process
	if json.Unmarshal([]byte(text), &p) != nil {
		return Process{}
	}
	return p
}
