package testbed

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/step"
)

// NoteDatabaseChange notes that the branch changes what the database runs on. Every trial runs on the base's server,
// which holds the base's data.
func (b *Testbed) NoteDatabaseChange(ctx context.Context, log *step.Log) error {
	name := b.Project.Database
	old := b.Base.Model.Services[name]
	here, ok := b.Branch.Model.Services[name]
	if !ok {
		b.Note(fmt.Sprintf("the branch removes the service %s; the migration is tried on the base's", name))
		return nil
	}
	var changes []string
	switch before, after := serverOf(old), serverOf(here); {
	case before != after:
		changes = append(changes, "its image from "+before+" to "+after)
	case old.Build != nil:
		was, err := b.Base.BuildKey(ctx, old, false, log)
		if err != nil {
			return err
		}
		is, err := b.Branch.BuildKey(ctx, here, false, log)
		if err != nil {
			return err
		}
		if was != is {
			changes = append(changes, "what its image is built from")
		}
	}
	if !slices.Equal(old.Command, here.Command) {
		changes = append(changes, "its command")
	}
	if len(changes) > 0 {
		b.Note(fmt.Sprintf("the branch changes the database service %s: %s; the migration is tried on the base's server", name,
			strings.Join(changes, " and ")))
	}
	return nil
}

// serverOf describes what a service's container runs.
func serverOf(service types.ServiceConfig) string {
	if service.Build != nil {
		return "an image that is built"
	}
	return service.Image
}
