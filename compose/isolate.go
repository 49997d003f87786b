package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"
)

// KindLabel tells devenv's images apart; KindBuild is the kind of a service's image that it built, BuilderLabel says for whom and
// BuiltLabel of which service.
const (
	KindLabel    = "dev.devenv.kind"
	KindBuild    = "build"
	BuilderLabel = "dev.devenv.builder"
	BuiltLabel   = "dev.devenv.built"
)

// Isolation says what some services of a project become as scratch containers.
type Isolation struct {
	// Name is the scratch project's.
	Name string
	// Tree is the private tree on this machine: binds below it become volumes.
	Tree string
	// Root is the working tree that Tree is a copy of: what lies beside it is meant by a path that leads out of Tree.
	Root   string
	Labels map[string]string
	// Network is the run's network, which is there already and which every service joins. Empty is for builds alone.
	Network string
	// Services are those to keep, at least one; nothing that they depend on comes with them.
	Services []string
	// Keep are host paths outside the tree that stay mounted with what lies below them, read-only; ~ is the user's home.
	Keep []string
	// Rights are those that scratch containers keep beyond an ordinary container's: keys of Rights, each alone ("dns") or with
	// what of it is meant ("cap_add.SYS_PTRACE", "security_opt.seccomp=unconfined").
	Rights []string
	// Volume names the volume that holds a directory of the tree, given relative to it, with slashes.
	Volume func(path string) string
	// Image is the tag of a service that is built, empty to leave Compose's.
	Image func(service string) string
	// Builder is for whom images are built.
	Builder string
}

// Isolated is the scratch project, and what has to be done so that it can be made.
type Isolated struct {
	Project *types.Project
	// Volumes are to be filled from the tree before the containers are made.
	Volumes []SourceVolume
	// Files are to be copied into the containers before they start.
	Files []FileMount
	// Dropped is what the scratch containers do without.
	Dropped []Dropped
}

// SourceVolume is a volume that holds a directory of the tree.
type SourceVolume struct {
	Name string
	// Path is relative to the tree, with slashes; "." is all of it.
	Path string
	// Service is one that mounts it: the files are its user's.
	Service string
}

// FileMount is a single file that a service mounts, of the tree or a secret or config: it is copied.
type FileMount struct {
	Service, Target string
	// Source is the file on this machine, whose mode is kept; empty when Content is what is copied, with Mode.
	Source   string
	Content  []byte
	Mode     fs.FileMode
	UID, GID int
}

// Dropped is something of a service that a scratch container does without, or the build of its image, and why.
type Dropped struct {
	Service, What, Why string
	Build              bool
}

// String says it in a line.
func (d Dropped) String() string {
	if d.Build {
		return fmt.Sprintf("service %s is built without %s: %s", d.Service, d.What, d.Why)
	}
	return fmt.Sprintf("service %s runs without %s: %s", d.Service, d.What, d.Why)
}

// Isolate returns the scratch project of some services. It changes nothing, neither the given project nor the engine nor the
// host, of which it only reads what mounted paths of the tree are and what the files of secrets and configs hold. What it
// does is the design's: no name, port, address, network, volume or path of the user's is in the result.
func Isolate(p *types.Project, o Isolation) (Isolated, error) {
	if len(o.Services) == 0 {
		return Isolated{}, errors.New("isolate a Compose project: no services are named")
	}
	enabled, err := p.WithServicesEnabled(o.Services...) // a service of a profile is there when it is named
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

// service is one service as a scratch container.
func (i *isolating) service(s types.ServiceConfig) types.ServiceConfig {
	i.network(&s)
	i.host(&s)
	i.rights(&s)
	i.hooks(&s)
	probeOften(&s)
	i.volumes(&s)
	i.fileObjects(&s)
	i.makeRoom(&s)
	one := 1
	s.ContainerName, s.Restart, s.Profiles, s.DependsOn, s.Extends, s.Scale = "", "", nil, nil, nil, &one
	s.Develop, s.Logging, s.LogDriver, s.LogOpt, s.EnvFiles, s.LabelFiles = nil, nil, "", nil, nil, nil
	s.Deploy, s.PullPolicy, s.PullRefreshAfter, s.Attach = resources(s.Deploy), types.PullPolicyMissing, "", nil
	i.build(&s)
	s.Labels = merged(nil, i.Labels) // the user's are read by others: a proxy would send requests here, a scheduler run jobs
	s.CustomLabels = types.Labels{
		api.ProjectLabel: i.Name, api.ServiceLabel: s.Name, api.VersionLabel: api.ComposeVersion, api.OneoffLabel: "False",
		api.WorkingDirLabel: i.from.WorkingDir, api.ConfigFilesLabel: "",
	}
	return s
}

// hooks takes away the commands that Compose itself would run beside the service: the containers are started without it.
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

// probeEvery is the interval of healthchecks in scratch containers: the user's is made for a stack that stays, and nothing
// here counts failed probes.
const probeEvery = 200 * time.Millisecond

// probeOften lets the engine notice soon that a service is ready.
func probeOften(s *types.ServiceConfig) {
	if s.HealthCheck == nil || s.HealthCheck.Disable {
		return
	}
	check := *s.HealthCheck
	if check.Interval == nil || time.Duration(*check.Interval) > probeEvery {
		often := types.Duration(probeEvery)
		check.Interval, check.StartInterval = &often, nil
	}
	s.HealthCheck = &check
}

// merged returns both maps as one; the second wins.
func merged(a types.Labels, b map[string]string) types.Labels {
	all := types.Labels{}
	maps.Copy(all, a)
	maps.Copy(all, b)
	return all
}
