package database

import (
	"encoding/json"
	"slices"
	"time"
)

// Labels of a base image. labelBase holds Meta as JSON, so that one inspect reads it and nothing has to be started.
const (
	labelBase = "dev.devenv.base"
	labelKind = "dev.devenv.kind"
	kindBase  = "base"
)

// LabelMadeBy is on every image of a database: the id of the run that made it. One without a name was being made when that run
// was killed.
const LabelMadeBy = "dev.devenv.made-by"

// repository is where base images are kept: devenv/base:<key>.
const repository = "devenv/base"

// metaVersion is the version of Meta's shape and of what an image holds; an image with another one is not known. Those of
// metaVersionOpen hold the password of the database.
const (
	metaVersion     = 2
	metaVersionOpen = 1
)

// Image is a database as an image: the server's program, its settings and its data.
type Image struct {
	ID   string
	Ref  string // devenv/base:<key>
	Meta Meta
	// Known says of one that was committed that its name was there already.
	Known bool
	// volume has the data of what Copy.Original returned, which the image does not hold.
	volume string
}

// Meta says what a base image was made from and what was learned from it. It holds no secret.
type Meta struct {
	Version int    `json:"version"`
	Key     string `json:"key"`
	// Ref and Commit are the base branch it was made from; other commits may have made it as well.
	Ref    string `json:"ref"`
	Commit string `json:"commit"`
	// Head is the revision or the revisions the database is at.
	Head []string `json:"head,omitempty"`
	// Noise are the operations autogenerate finds on the base alone, as the migration tool wrote them.
	Noise []json.RawMessage `json:"noise,omitempty"`
	// Baselines are the base's own answers to checks, by the check's id.
	Baselines map[string]json.RawMessage `json:"baselines,omitempty"`
	Settings  Settings                   `json:"settings"`
	Created   time.Time                  `json:"created"`
	// Inputs name what went into the key, for people.
	Inputs []string `json:"inputs,omitempty"`
}

// words returns the project's own, which the metadata says aloud: none of them is a secret, whatever it looks like. Inputs are none:
// they quote what the Compose files say.
func (m Meta) words() []string {
	s := m.Settings
	return slices.Concat([]string{m.Key, m.Ref, m.Commit, s.Service, s.Image, s.User, s.Database}, m.Head, s.Hosts)
}
