package database

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
)

func TestDataOutsideAnyMountIsReported(t *testing.T) {
	t.Parallel()
	old := engine.Image{Env: []string{"PGDATA=/var/lib/postgresql/data"}}
	official18 := engine.Image{Env: []string{"PGDATA=/var/lib/postgresql/18/docker"}}
	moved := "/srv/pg"
	for name, c := range map[string]struct {
		image        engine.Image
		target       string
		env          types.MappingWithEquals
		command      []string
		says, remedy string // empty where it is kept
	}{
		"where 17 has it":       {image: old, target: "/var/lib/postgresql/data"},
		"above where 17 has it": {image: old, target: "/var/lib/postgresql"},
		"where 18 has it":       {image: official18, target: "/var/lib/postgresql"},
		"where 17 had it": {
			official18, "/var/lib/postgresql/data", nil, nil, "pgdata at /var/lib/postgresql/data stays empty, or as an older version left it",
			"(18 does not read what an older version left in it: dump that with pg_dump while the older one runs), in the Compose file:\n" +
				`    db: {volumes: ["pgdata:/var/lib/postgresql"]}`,
		},
		"where the environment says": {image: official18, target: "/srv", env: types.MappingWithEquals{"PGDATA": &moved}},
		"where the command says":     {image: official18, target: "/srv", command: []string{"postgres", "-D", moved}},
		"not where the environment has": {
			old, "/var/lib/postgresql/data",
			types.MappingWithEquals{"PGDATA": &moved},
			nil,
			"in /srv/pg, which no volume of the Compose file holds", `["pgdata:/srv/pg"]`,
		},
		"nowhere": {
			old, "/etc/postgresql", nil, nil, "in /var/lib/postgresql/data, which no volume of the Compose file holds",
			`["pgdata:/var/lib/postgresql/data"]}` + "\nand, beside services:\n    volumes: {pgdata: {}}",
		},
	} {
		var s types.ServiceConfig
		s.Environment, s.Command = c.env, c.command
		s.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeVolume, Source: "pgdata", Target: c.target}}
		lost, kept := Kept("db", s, c.image)
		if kept != (c.says == "") {
			t.Errorf("%s: kept: %v", name, kept)
		}
		if !kept && (!strings.Contains(lost.String(), c.says) || !strings.Contains(lost.Remedy(), c.remedy)) {
			t.Errorf("%s: %s\n%s", name, lost, lost.Remedy())
		}
	}
}
