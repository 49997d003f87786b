package base

import (
	"context"
	"encoding/json"
	"fmt"
	"path"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// First is the revision with which the history of a base without revisions can begin, if its databases have tables
// already: it makes these tables, as the base's models describe them, so that in existing databases it only needs to be
// recorded as applied.
type First struct {
	Revision string `json:"revision"`
	// Name is the file's name, in the directory of revisions.
	Name    string `json:"name"`
	Content string `json:"content"`
}

// firstMessage is the message of a first revision.
const firstMessage = "Baseline"

// readFirst writes the first revision, if the base needs one, and removes its file again: it becomes the branch's.
func (b *build) readFirst(ctx context.Context, generator migrations.Generator) error {
	history, err := b.tool.History(ctx)
	if err != nil || len(history.Revisions) > 0 {
		return err
	}
	if err := b.server.RefreshAddresses(ctx); err != nil { // it has joined the tool's network
		return err
	}
	there, err := database.Ask(ctx, b.server, catalog.Read(b.tool.VersionTable()))
	if err != nil {
		return err
	}
	return b.withEmptyClone(ctx, func(server *database.Server) error {
		operations, err := generator.Autogenerate(ctx, b.tool.Database(server))
		if err != nil {
			return tool.ComparedFailure(err, b.from.Name)
		}
		made, absent := divide(operations, there)
		if made == 0 {
			return nil
		}
		written, err := generator.WriteRevision(ctx, migrations.Revise{Message: firstMessage, Exclude: absent})
		if err != nil || written.Nothing {
			return tool.ComparedFailure(err, b.from.Name)
		}
		b.First = &First{Revision: written.Revision, Name: path.Base(written.Path), Content: written.Content}
		_, err = b.Workspace.Engine.Exec(ctx, b.tool.Container, engine.ExecOptions{Cmd: []string{"rm", "-f", written.Path}, User: "0"})
		return err
	})
}

// divide returns how many of the tables that operations make are there, and the operations that make what is not.
func divide(operations []migrations.Operation, there catalog.Catalog) (made int, absent []migrations.Operation) {
	for _, o := range operations {
		switch _, exists := there.Objects[o.Object]; {
		case !exists:
			absent = append(absent, o)
		case o.Kind == migrations.CreateTable:
			made++
		}
	}
	return made, absent
}

// setFirst puts the first revision into an image's metadata.
func (b *build) setFirst(meta *database.Meta) (err error) {
	if b.First != nil {
		meta.First, err = json.Marshal(b.First)
	}
	return err
}

// readKnownFirst reads the first revision from the image's metadata.
func (b *Base) readKnownFirst() error {
	if len(b.Seeded.Meta.First) == 0 {
		return nil
	}
	b.First = &First{}
	if err := json.Unmarshal(b.Seeded.Meta.First, b.First); err != nil {
		return fmt.Errorf("read the base image's metadata: %w", err)
	}
	return nil
}
