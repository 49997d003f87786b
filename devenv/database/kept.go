package database

import (
	"cmp"
	"fmt"
	"path"
	"regexp"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
)

// Unkept describes the data directory of a database service that no mount covers: the data is lost with the
// container.
type Unkept struct {
	Service, Directory string
	// Mounted is where the service mounts Source: what keeps the data, or else something for a server's data; or empty.
	Mounted, Source string
	// Version is the major version of an official image that keeps its data in a directory of that name, as all do
	// from 18 on.
	Version string
}

// Kept reports whether a mount of a database service covers its data directory, and if not what becomes of the data.
// image is the service's image.
func Kept(service string, s types.ServiceConfig, image engine.Image) (_ Unkept, kept bool) {
	u := Unkept{Service: service, Directory: dataDirectoryOf(asContainer(s, image))}
	for _, v := range s.Volumes {
		if v.Type != types.VolumeTypeVolume && v.Type != types.VolumeTypeBind {
			continue
		}
		target := path.Clean(v.Target)
		if holds(target, u.Directory) {
			u.Mounted, u.Source = target, v.Source
			return u, true
		}
		if within(target, "/var/lib/postgresql") {
			u.Mounted, u.Source = target, v.Source
		}
	}
	if m := regexp.MustCompile(`^/var/lib/postgresql/(\d+)/docker$`).FindStringSubmatch(u.Directory); m != nil {
		u.Version = m[1]
	}
	return u, false
}

// asContainer returns a container with the service's settings that determine its data directory.
func asContainer(s types.ServiceConfig, image engine.Image) engine.Container {
	c := engine.Container{Cmd: s.Command, Entrypoint: s.Entrypoint}
	if c.Entrypoint == nil {
		c.Entrypoint = image.Entrypoint
		if c.Cmd == nil {
			c.Cmd = image.Cmd
		}
	}
	for name, value := range s.Environment {
		if value != nil {
			c.Env = append(c.Env, name+"="+*value)
		}
	}
	c.Env = append(c.Env, image.Env...)
	return c
}

// String tells what happens to the data.
func (u Unkept) String() string {
	if u.Version != "" && u.Mounted != "" {
		return fmt.Sprintf("official images from 18 on keep their data elsewhere, that of %s in %s: %s at %s stays empty, or as an "+
			"older version left it, so the data is lost with the container, or the image refuses to start", u.Service, u.Directory,
			cmp.Or(u.Source, "what is mounted"), u.Mounted)
	}
	return fmt.Sprintf("the data of %s is in %s, which no volume of the Compose file holds: it is lost with the container", u.Service, u.Directory)
}

// Remedy tells where to mount the volume.
func (u Unkept) Remedy() string {
	target := u.Directory
	if u.Version != "" {
		target = "/var/lib/postgresql"
	}
	declared := ""
	if u.Source == "" { // a volume that the project does not have yet
		declared = "\nand, beside services:\n    volumes: {pgdata: {}}"
	}
	older := ""
	if u.Version != "" && u.Mounted != "" {
		older = fmt.Sprintf(" (%s does not read what an older version left in it: dump that with pg_dump while the older one runs)", u.Version)
	}
	return fmt.Sprintf("mount it at %s%s, in the Compose file:\n    %s: {volumes: [\"%s:%s\"]}%s", target, older,
		u.Service, cmp.Or(u.Source, "pgdata"),
		target, declared)
}
