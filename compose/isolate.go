package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"
)

// KindLabel marks devenv's images. KindBuild is its value on images built for services; BuilderLabel tells for whom
// an image was built, and BuiltLabel for which service.
const (
	KindLabel    = "dev.devenv.kind"
	KindBuild    = "build"
	BuilderLabel = "dev.devenv.builder"
	BuiltLabel   = "dev.devenv.built"
)

// Isolation describes how to turn services of a project into scratch containers.
type Isolation struct {
	// Name is the scratch project's name.
	Name string
	// Tree is the private tree on this machine: binds below it become volumes.
	Tree string
	// Root is the working tree that Tree is a copy of. A path that leads out of Tree means what lies beside Root.
	Root   string
	Labels map[string]string
	// Network is the run's network, which exists already and which every service joins. It is empty when only builds
	// matter.
	Network string
	// Services are those to keep, at least one; their dependencies are not added.
	Services []string
	// Keep lists host paths outside the tree that stay mounted read-only, with everything below them; ~ is the user's
	// home.
	Keep []string
	// Rights are those that scratch containers keep beyond an ordinary container's: keys of Rights, each alone
	// ("dns") or with one value ("cap_add.SYS_PTRACE", "security_opt.seccomp=unconfined").
	Rights []string
	// Volume names the volume for a directory of the tree, given relative to the tree, with slashes.
	Volume func(path string) string
	// Image returns the tag of a service that is built; empty leaves Compose's.
	Image func(service string) string
	// Builder tells for whom images are built.
	Builder string
}

// Isolated is the scratch project, and what must be done before it can be created.
type Isolated struct {
	Project *types.Project
	// Volumes must be filled from the tree before the containers start.
	Volumes []SourceVolume
	// Files must be copied into the containers before they start.
	Files []FileMount
	// Dropped lists what the scratch containers do without.
	Dropped []Dropped
}

// SourceVolume is a volume that holds a directory of the tree.
type SourceVolume struct {
	Name string
	// Path is relative to the tree, with slashes; "." is all of it.
	Path string
	// Service is one that mounts it: its user owns the files.
	Service string
	// MountPoints are directories in it at which services mount something else, relative to it, with slashes. The
	// engine makes them itself, but not where the volume is mounted read-only.
	MountPoints []string
}

// FileMount is a single file that a service mounts, from the tree or as a secret or config. It is copied.
type FileMount struct {
	Service, Target string
	// Source is the file on this machine, whose mode is kept; when it is empty, Content is copied, with Mode.
	Source   string
	Content  []byte
	Mode     fs.FileMode
	UID, GID int
}

// Dropped is a setting that a scratch container, or the build of its image, does without, and why.
type Dropped struct {
	Service, What, Why string
	Build              bool
}

// String returns it as one line of text.
func (d Dropped) String() string {
	if d.Build {
		return fmt.Sprintf("service %s is built without %s: %s", d.Service, d.What, d.Why)
	}
	return fmt.Sprintf("service %s runs without %s: %s", d.Service, d.What, d.Why)
}

// Isolate returns the scratch project of some services. It changes neither the given project, nor the engine, nor the
// host; of the host it only reads what kind of file mounted paths of the tree are, and the files of secrets and
// configs. The result contains no name, port, address, network, volume or path of the user's.
func Isolate(p *types.Project, o Isolation) (Isolated, error) {
	if len(o.Services) == 0 {
		return Isolated{}, errors.New("isolate a Compose project: no services are named")
	}
	enabled, err := p.WithServicesEnabled(o.Services...) // naming a service enables its profile
	if err != nil {
		return Isolated{}, fmt.Errorf("isolate %v: %w", o.Services, err)
	}
	selected, err := enabled.WithSelectedServices(o.Services, types.IgnoreDependencies)
	if err != nil {
		return Isolated{}, fmt.Errorf("isolate %v: %w", o.Services, err)
	}
	out := &isolating{Isolation: o, from: p, result: Isolated{Project: selected}}
	out.project()
	for _, name := range slices.Sorted(maps.Keys(selected.Services)) {
		selected.Services[name] = out.service(selected.Services[name])
	}
	out.forgetUnused()
	return out.result, nil
}

// isolating is an isolation under way.
type isolating struct {
	Isolation
	from   *types.Project
	result Isolated
}

func (i *isolating) drop(service, what, why string) {
	i.result.Dropped = append(i.result.Dropped, Dropped{Service: service, What: what, Why: why})
}

// project gives the project its scratch name, its one network, and no volumes yet.
func (i *isolating) project() {
	p := i.result.Project
	p.Name = i.Name
	p.Networks = types.Networks{scratchNetwork: {Name: i.Network, External: true}}
	p.Volumes = types.Volumes{}
	p.DisabledServices, p.Jobs, p.DisabledJobs = nil, nil, nil
	p.Models, p.Profiles, p.Configs = nil, nil, nil
	p.Secrets = builtWith(p)
}

// service returns one service as a scratch container.
func (i *isolating) service(s types.ServiceConfig) types.ServiceConfig {
	i.network(&s)
	i.host(&s)
	i.rights(&s)
	i.hooks(&s)
	unprobed(&s)
	i.volumes(&s)
	i.fileObjects(&s)
	i.prepareForFiles(&s)
	one := 1
	s.ContainerName, s.Restart, s.Profiles, s.DependsOn, s.Extends, s.Scale = "", "", nil, nil, nil, &one
	s.Develop, s.Logging, s.LogDriver, s.LogOpt, s.EnvFiles, s.LabelFiles = nil, nil, "", nil, nil, nil
	s.Deploy, s.PullPolicy, s.PullRefreshAfter, s.Attach = resources(s.Deploy), types.PullPolicyMissing, "", nil
	i.build(&s)
	s.Labels = merged(nil, i.Labels) // other programs read the user's: a proxy would send requests here, a scheduler would run jobs
	s.CustomLabels = types.Labels{
		api.ProjectLabel: i.Name, api.ServiceLabel: s.Name, api.VersionLabel: api.ComposeVersion, api.OneoffLabel: "False",
		api.WorkingDirLabel: i.from.WorkingDir, api.ConfigFilesLabel: "",
	}
	return s
}

// hooks removes the commands that Compose itself would run beside the service: the containers start without Compose.
func (i *isolating) hooks(s *types.ServiceConfig) {
	for _, h := range []struct {
		name string
		has  bool
	}{{"pre_start", len(s.PreStart) > 0}, {"post_start", len(s.PostStart) > 0}, {"pre_stop", len(s.PreStop) > 0}} {
		if h.has {
			i.drop(s.Name, h.name, "scratch containers run the service alone")
		}
	}
	s.PreStart, s.PostStart, s.PreStop = nil, nil, nil
}

// merged returns the union of both maps; the second wins.
func merged(a types.Labels, b map[string]string) types.Labels {
	all := types.Labels{}
	maps.Copy(all, a)
	maps.Copy(all, b)
	return all
}
