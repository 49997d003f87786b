package testbed

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/checks"
	"devenv/devenv/step"
)

// FindDatabaseChange finds what the branch changes of what the database starts from, and notes it. The base's data is
// on the base's server; only an empty database can be the branch's own (see Empties.ForHistory).
func (b *Testbed) FindDatabaseChange(ctx context.Context, log *step.Log) (err error) {
	name, change := b.Project.Database, &b.change
	if _, ok := b.Branch.Model.Services[name]; !ok {
		b.Note(fmt.Sprintf("the branch removes the service %s; the migration is tried on the base's", name))
		return nil
	}
	if change.Server, err = b.changedServer(ctx, log); err != nil {
		return err
	}
	if len(change.Server) > 0 {
		b.Note(fmt.Sprintf("the branch changes the database service %s: %s; the migration is tried on the base's server", name,
			strings.Join(change.Server, " and ")))
	}
	if b.Base.NewPassword != "" {
		user := b.Base.Settings.User
		b.Note(fmt.Sprintf("the branch gives %s, the user of %s, another password: devenv's copies accept it, but a database that exists "+
			"keeps the old one until ALTER ROLE %s PASSWORD '…'", user, name, user))
	}
	if err := b.compareScripts(change); err != nil {
		return err
	}
	if len(change.Scripts) > 0 {
		b.Note(fmt.Sprintf("the branch changes %s: init scripts run on empty databases only, so existing ones get what they add from a "+
			"revision or not at all", strings.Join(change.Scripts, ", ")))
	}
	return nil
}

// DatabaseChange returns what FindDatabaseChange has found.
func (b *Testbed) DatabaseChange() checks.DatabaseChange { return b.change }

// changedServer returns what the branch changes of the server itself.
func (b *Testbed) changedServer(ctx context.Context, log *step.Log) (changes []string, err error) {
	old, here := b.Base.Model.Services[b.Project.Database], b.Branch.Model.Services[b.Project.Database]
	switch before, after := serverOf(old), serverOf(here); {
	case before != after:
		changes = append(changes, "its image from "+before+" to "+after)
	case old.Build != nil:
		was, err := b.Base.BuildKey(ctx, old, false, log)
		if err != nil {
			return nil, err
		}
		is, err := b.Branch.BuildKey(ctx, here, false, log)
		if err != nil {
			return nil, err
		}
		if was != is {
			changes = append(changes, "what its image is built from")
		}
	}
	if !slices.Equal(old.Command, here.Command) {
		changes = append(changes, "its command")
	}
	return changes, nil
}

// serverOf describes what a service's container runs.
func serverOf(service types.ServiceConfig) string {
	if service.Build != nil {
		return "an image that is built"
	}
	return service.Image
}
