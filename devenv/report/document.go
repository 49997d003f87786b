// Package report holds a run as data: the document that the migration commands print as JSON, the events that a run
// emits, and the failures that can end it. Every package may import it; it imports none of devenv's.
package report

// SchemaVersion is the version of the JSON document. Fields may be added under the same number, never changed.
const SchemaVersion = 1

// Document is the result of new-migration and test-migration, in the shape of the design's section 9.
type Document struct {
	Schema  int         `json:"schema"`
	Command string      `json:"command"`
	Verdict Verdict     `json:"verdict"`
	Error   *ErrorField `json:"error"`
	Base    Base        `json:"base"`
	Branch  Branch      `json:"branch"`
	Files   []File      `json:"files"`
	// Proposed is what a dry run would have done to files; it does not touch them.
	Proposed []File `json:"proposed,omitempty"`
	// Revisions are the ids of the branch's own revisions, including the new one even if it was not written.
	Revisions []string `json:"revisions"`
	Noise     []Noise  `json:"noise"`
	Checks    []Check  `json:"checks"`
	Steps     []Step   `json:"steps"`
	// Notes are remarks about the run that do not belong to a check: dropped binds, images that are stand-ins, …
	Notes []string `json:"notes,omitempty"`
	// Timings are there if --timings asked for them.
	Timings *Timings `json:"timings,omitempty"`
	// MS is the duration of the whole run in milliseconds.
	MS int64 `json:"ms"`
}

// NewDocument returns an empty document of a command, with every list present (so that JSON shows [] and not null).
func NewDocument(command string) *Document {
	return &Document{
		Schema: SchemaVersion, Command: command, Verdict: VerdictNone,
		Files: []File{}, Revisions: []string{}, Noise: []Noise{}, Checks: []Check{}, Steps: []Step{},
	}
}

// ErrorField is a failure in the document.
type ErrorField struct {
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// Base is the branch that the work will be merged into, at one commit, and the database image made from it.
type Base struct {
	Ref    string `json:"ref"`
	Commit string `json:"commit"`
	Image  string `json:"image"`
	Cached bool   `json:"cached"`
	// UpgradedFrom is the base's earlier commit whose data its code has upgraded; empty if the data was made from the
	// start.
	UpgradedFrom string `json:"upgraded_from,omitempty"`
}

// Branch is the user's working tree: Ref is empty if HEAD is detached, Commit is HEAD, and Merged means that the tree
// was merged with the base.
type Branch struct {
	Ref    string `json:"ref"`
	Commit string `json:"commit"`
	Merged bool   `json:"merged"`
}

// FileAction tells what happened to a file of the working tree.
type FileAction string

// The actions of a delivery on a file.
const (
	FileAdded    FileAction = "added"
	FileRemoved  FileAction = "removed"
	FileChanged  FileAction = "changed"
	FileRestored FileAction = "restored"
)

// File is one file that the command wrote or removed, or that a dry run would have. Path is relative to the
// repository, with slashes.
type File struct {
	Path         string     `json:"path"`
	Action       FileAction `json:"action"`
	Revision     string     `json:"revision"`
	DownRevision string     `json:"down_revision"`
	// Content is the text of a file that a dry run would have added.
	Content string `json:"content,omitempty"`
}

// Noise is a difference between models and database that exists on the base alone.
// Object is "table:public.t", "column:public.t.c", "index:…" or "constraint:…".
type Noise struct {
	Object    string `json:"object"`
	Operation string `json:"operation"`
}

// StepStatus is how a step ended.
type StepStatus string

// The statuses of a step.
const (
	StepDone    StepStatus = "done"
	StepSkipped StepStatus = "skipped"
	StepFailed  StepStatus = "failed"
	StepCached  StepStatus = "cached"
)

// Step is one step of the run, with its start relative to the run's and its duration, in milliseconds.
type Step struct {
	Name    string     `json:"name"`
	StartMS int64      `json:"start_ms"`
	MS      int64      `json:"ms"`
	Status  StepStatus `json:"status"`
	// Detail tells what the step found and where; `-v` shows it.
	Detail string `json:"detail,omitempty"`
	// Found are the decisions of a step that looks for something.
	Found []Finding `json:"found,omitempty"`
}

// Finding is one decision about the project and its source: a file, a line of the configuration, a reason.
type Finding struct {
	What  string `json:"what"`
	Value string `json:"value"`
	From  string `json:"from"`
}

// String returns the decision as one line.
func (f Finding) String() string { return f.What + ": " + f.Value + " (" + f.From + ")" }

// Items is the document of all other commands.
type Items struct {
	Schema  int         `json:"schema"`
	Command string      `json:"command"`
	Error   *ErrorField `json:"error"`
	Items   []any       `json:"items"`
}

// NewItems returns an empty items document of a command.
func NewItems(command string) *Items {
	return &Items{Schema: SchemaVersion, Command: command, Items: []any{}}
}
