package compose

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// FilesOf returns the absolute paths of the single files that a project's services use: env files, label files,
// secrets, configs, and bind-mounted files. Git often ignores them, but the services still need them.
func FilesOf(p *types.Project) []string {
	var files []string
	for _, name := range p.ServiceNames() {
		service := p.Services[name]
		for _, f := range service.EnvFiles {
			files = append(files, f.Path)
		}
		files = append(files, service.LabelFiles...)
		for _, use := range service.Secrets {
			files = append(files, p.Secrets[use.Source].File)
		}
		for _, use := range service.Configs {
			files = append(files, p.Configs[use.Source].File)
		}
		for _, m := range service.Volumes {
			if m.Type == types.VolumeTypeBind && isFile(m.Source) {
				files = append(files, m.Source)
			}
		}
		if service.Build != nil {
			for _, use := range service.Build.Secrets {
				files = append(files, p.Secrets[use.Source].File)
			}
		}
	}
	slices.Sort(files)
	files = slices.Compact(files)
	return slices.DeleteFunc(files, func(f string) bool { return f == "" })
}
