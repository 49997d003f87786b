package migrations

import "slices"

// Revision is one migration file.
type Revision struct {
	ID string `json:"id"`
	// Down lists the parents: none for a root, several for a merge.
	Down []string `json:"down,omitempty"`
	// Dependencies are revisions of other branches that must be applied first.
	Dependencies []string `json:"dependencies,omitempty"`
	// Labels are the branch labels.
	Labels []string `json:"labels,omitempty"`
	// Path is the file's absolute path in the container, as the migration tool sees it. The workflow may replace it
	// with the path in the repository.
	Path string `json:"path"`
	// Message is the first line of the file's docstring.
	Message string `json:"message,omitempty"`
	// Head reports that no revision has this one as a parent, Root that it has no parent itself.
	Head bool `json:"head,omitempty"`
	Root bool `json:"root,omitempty"`
	// Waivers are the file's "# devenv: allow" comments, in line order.
	Waivers []Waiver `json:"waivers,omitempty"`
}

// Merge reports whether the revision has several parents.
func (r Revision) Merge() bool { return len(r.Down) > 1 }

// StartsLine reports whether the revision begins a branch of its own by design: it has a label, and the base keeps
// several heads.
func (r Revision) StartsLine(baseHeads []string) bool {
	return len(r.Down) == 0 && len(r.Labels) > 0 && len(baseHeads) > 1
}

// MostHeads returns how many heads a history may have when a branch with these revisions is merged with a base.
func MostHeads(own []Revision, baseHeads []string) int {
	most := max(1, len(baseHeads))
	for _, r := range own {
		if r.StartsLine(baseHeads) {
			most++
		}
	}
	return most
}

// History holds all of a project's migration files and what is wrong with the files and their graph. Reading it needs
// no database.
type History struct {
	// Revisions are sorted with parents first, as far as the graph is valid, and then by path.
	Revisions []Revision `json:"revisions"`
	Problems  []Problem  `json:"problems,omitempty"`
}

// Complete reports whether all files were read: one that is broken may hold any revision.
func (h History) Complete() bool {
	return !slices.ContainsFunc(h.Problems, func(p Problem) bool { return p.Kind == ProblemBroken })
}

// Find returns the revision with an id, and false when there is none.
func (h History) Find(id string) (Revision, bool) {
	for _, r := range h.Revisions {
		if r.ID == id {
			return r, true
		}
	}
	return Revision{}, false
}

// Heads returns the ids of the revisions without a child, in the order of Revisions.
func (h History) Heads() []string {
	var heads []string
	for _, r := range h.Revisions {
		if r.Head {
			heads = append(heads, r.ID)
		}
	}
	return heads
}

// ProblemKind is the kind of problem that a file or the graph has.
type ProblemKind string

// The kinds of problems.
const (
	// ProblemBroken: the file is not valid Python or has no revision identifier.
	ProblemBroken ProblemKind = "broken"
	// ProblemDuplicate: another file has the same revision id.
	ProblemDuplicate ProblemKind = "duplicate"
	// ProblemParent: a parent or dependency does not exist.
	ProblemParent ProblemKind = "parent"
	// ProblemCycle: the revision is its own ancestor.
	ProblemCycle ProblemKind = "cycle"
	// ProblemLongID: the id has more characters than the version table holds.
	ProblemLongID ProblemKind = "long_id"
	// ProblemImport: the file is valid Python but raises an exception when it is imported.
	ProblemImport ProblemKind = "import"
)

// Problem is one problem with a migration file or with the graph.
type Problem struct {
	Kind ProblemKind `json:"kind"`
	// Revision is empty when the file could not be read.
	Revision string `json:"revision,omitempty"`
	File     string `json:"file,omitempty"`
	// Line starts at 1; 0 means that the problem has no line.
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
}
