package stack

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/inside"
)

// outsideNote says what the services of a stack that mount directories of the project get if the engine is outside of
// the container in which devenv runs; empty if none does.
func outsideNote(model *types.Project, root string) string {
	var names []string
	for name, service := range model.Services {
		if slices.ContainsFunc(service.Volumes, func(v types.ServiceVolumeConfig) bool {
			_, own := inside.Rel(root, v.Source)
			return v.Type == types.VolumeTypeBind && own
		}) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return "the engine is outside of this container, and so are the directories below " + root + " that " + strings.Join(names, ", ") +
		" mount, and the ports: if they lack files, mount the project at the same path inside and outside"
}
