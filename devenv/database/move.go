package database

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Where a server with moved data, and the images made from it, keep the data: outside every volume that a Postgres
// image declares.
const (
	dataParent    = "/var/lib/devenv"
	dataDirectory = dataParent + "/pgdata"
)

// dataVolume is the moved data's volume in the model. It has a name, since a clone may take it over.
const dataVolume = "devenv-data"

// MoveData edits an isolated project so that the database service keeps its data in a volume with the container's
// labels, from which CommitBase copies it, and listens on an ephemeral loopback port. img is the service's image. It
// changes the data directory in the environment and in the command; volumes and tmpfs over the old or the new path; a
// separate path for the write-ahead log; and read_only, with which the data directory's parent could not be created.
// It touches nothing but the model.
func MoveData(p *types.Project, service string, img engine.Image) error {
	svc, ok := p.Services[service]
	if !ok {
		return report.Fail(report.KindUsage, "", "move the database's data: there is no service %q in the Compose project", service)
	}
	// Not SettingsOf: an isolated project has no secrets left to read a password from.
	listening, err := port(svc, environment{project: p, service: svc})
	if err != nil {
		return err
	}
	old := dataMounts(svc, img)
	svc.Environment = movedEnvironment(svc.Environment, img)
	svc.Command = rewritten(svc.Command, "data_directory", dataDirectory)
	svc.Entrypoint = rewritten(svc.Entrypoint, "data_directory", dataDirectory)
	svc.ReadOnly = false
	svc.Volumes = slices.DeleteFunc(slices.Clone(svc.Volumes), func(v types.ServiceVolumeConfig) bool { return covers(v.Target, old) })
	svc.Volumes = append(svc.Volumes, types.ServiceVolumeConfig{Type: types.VolumeTypeVolume, Source: dataVolume, Target: dataParent})
	if p.Volumes == nil {
		p.Volumes = types.Volumes{}
	}
	p.Volumes[dataVolume] = types.VolumeConfig{Name: p.Name + "-" + dataVolume, Labels: svc.Labels}
	svc.Tmpfs = slices.DeleteFunc(slices.Clone(svc.Tmpfs), func(t string) bool {
		target, _, _ := strings.Cut(t, ":")
		return covers(target, old)
	})
	svc.Ports = []types.ServicePortConfig{{Mode: "ingress", HostIP: loopback, Target: uint32(listening), Protocol: "tcp"}}
	p.Services[service] = svc
	return nil
}

// StartFrom makes the service of a project whose data was moved begin with the data of an image: Docker copies it into
// the volume, which is new. It returns false if the image does not have all that the service made when it had no data:
// some of it is elsewhere, or may be in a volume that another service sees.
func StartFrom(p *types.Project, service string, image Image) bool {
	svc := p.Services[service]
	if image.Meta.Elsewhere || slices.ContainsFunc(svc.Volumes, func(v types.ServiceVolumeConfig) bool { return isShared(p, service, v) }) {
		return false
	}
	svc.Image, svc.Build = image.ID, nil
	p.Services[service] = svc
	return true
}

// isShared reports whether another service mounts the volume that a service mounts.
func isShared(p *types.Project, service string, v types.ServiceVolumeConfig) bool {
	for name, other := range p.Services {
		if name != service && v.Type == types.VolumeTypeVolume && slices.ContainsFunc(other.Volumes, func(o types.ServiceVolumeConfig) bool {
			return o.Type == v.Type && o.Source == v.Source
		}) {
			return true
		}
	}
	return false
}

// loopback is the only host address that a scratch server is published on.
const loopback = "127.0.0.1"

// dataMounts returns the paths that no mount may cover: the old data directory and the new one.
func dataMounts(svc types.ServiceConfig, img engine.Image) []string {
	places := []string{dataDirectory, "/var/lib/postgresql/data"}
	for _, name := range []string{"PGDATA", "POSTGRESQL_DATA_DIR", "POSTGRESQL_VOLUME_DIR", "POSTGRES_INITDB_WALDIR"} {
		if v := svc.Environment[name]; v != nil && *v != "" {
			places = append(places, *v)
		}
		if v := imageVariable(img, name); v != "" {
			places = append(places, v)
		}
	}
	for _, a := range append(arguments(svc.Command), arguments(svc.Entrypoint)...) {
		if a.name == "data_directory" {
			places = append(places, a.value)
		}
	}
	return places
}

// covers reports whether a mount at target covers one of places or is inside it.
func covers(target string, places []string) bool {
	target = path.Clean(target)
	return slices.ContainsFunc(places, func(place string) bool {
		place = path.Clean(place)
		return target == place || within(place, target) || within(target, place)
	})
}

// holds reports whether a mount at target holds a directory: the directory is the target or below it.
func holds(target, dir string) bool { return target == dir || within(dir, target) }

// within reports whether name is below dir.
func within(name, dir string) bool {
	return strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/")
}

// movedEnvironment returns the service's environment with the new data directory.
func movedEnvironment(old types.MappingWithEquals, img engine.Image) types.MappingWithEquals {
	env := types.MappingWithEquals{}
	for k, v := range old {
		env[k] = v
	}
	set := func(name, value string) { env[name] = &value }
	set("PGDATA", dataDirectory)
	if imageVariable(img, "BITNAMI_APP_NAME") != "" {
		set("POSTGRESQL_VOLUME_DIR", dataParent)
		set("POSTGRESQL_DATA_DIR", dataDirectory)
	}
	// A write-ahead log elsewhere would be left behind in a volume.
	if env["POSTGRES_INITDB_WALDIR"] != nil || imageVariable(img, "POSTGRES_INITDB_WALDIR") != "" {
		set("POSTGRES_INITDB_WALDIR", "")
	}
	return env
}

// imageVariable returns an environment variable that the image itself sets.
func imageVariable(img engine.Image, name string) string {
	for _, v := range img.Env {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}
