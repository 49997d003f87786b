package database

import (
	"encoding/json"
	"slices"
	"time"
)

// Labels of a base image. labelBase holds Meta as JSON, so that one inspect reads it without starting anything.
const (
	labelBase = "dev.devenv.base"
	labelKind = "dev.devenv.kind"
	kindBase  = "base"
)

// LabelMadeBy is on every image of a database: the id of the run that made it. An image without a name was being made
// when that run was killed.
const LabelMadeBy = "dev.devenv.made-by"

// repository holds base images: devenv/base:<key>.
const repository = "devenv/base"

// metaVersion is the version of Meta's shape and of an image's content; images with another version are ignored.
// Images of metaVersionOpen contain the database's password.
const (
	metaVersion     = 2
	metaVersionOpen = 1
)

// Image is a database as an image: the server's program, its settings and its data.
type Image struct {
	ID   string
	Ref  string // devenv/base:<key>
	Meta Meta
	// Known means that a committed image's name existed already.
	Known bool
	// volume has the data for what Copy.Original returned; the image does not contain it.
	volume string
}

// Meta tells what a base image was made from and what was learned from it. It contains no secret.
type Meta struct {
	Version int    `json:"version"`
	Key     string `json:"key"`
	// Ref and Commit are the base branch's when it was made; other commits may lead to the same base.
	Ref    string `json:"ref"`
	Commit string `json:"commit"`
	// Head is the revision, or the revisions, of the database.
	Head []string `json:"head,omitempty"`
	// Noise are the operations that autogenerate finds on the base alone, as the migration tool wrote them.
	Noise []json.RawMessage `json:"noise,omitempty"`
	// Baselines are the base's own results of checks, by the check's id.
	Baselines map[string]json.RawMessage `json:"baselines,omitempty"`
	// First is the revision with which the history of a base without revisions can begin.
	First    json.RawMessage `json:"first,omitempty"`
	Settings Settings        `json:"settings"`
	Created  time.Time       `json:"created"`
	// Elsewhere means that the image has data outside of the server's data directory too.
	Elsewhere bool `json:"elsewhere,omitempty"`
	// Inputs name what went into the key, for people.
	Inputs []string `json:"inputs,omitempty"`
	// Line identifies what bases have in common when the data of one can be upgraded to that of another: the empty
	// database and the seed.
	Line string `json:"line,omitempty"`
	// Upgraded is the base whose data was upgraded; nil if the data was made from the start.
	Upgraded *Upgraded `json:"upgraded,omitempty"`
}

// Upgraded is a base whose data another one has upgraded.
type Upgraded struct {
	Key    string `json:"key"`
	Ref    string `json:"ref"`
	Commit string `json:"commit"`
}

// words returns the project's own words that the metadata shows openly: none of them is a secret, whatever it looks
// like. Inputs are not among them: they quote the Compose files.
func (m Meta) words() []string {
	s := m.Settings
	return slices.Concat([]string{m.Key, m.Ref, m.Commit, s.Service, s.Image, s.User, s.Database}, m.Head, s.Hosts)
}
