package tool

import (
	"fmt"

	"devenv/devenv/report"
	"devenv/migrations"
)

// Generator returns the tool's ability to generate revisions from the models, or a KindUsage failure if the tool lacks
// it, as do the other methods here.
func (t *Tool) Generator() (migrations.Generator, error) {
	generator, err := ability[migrations.Generator](t, "generate revisions from the models")
	return writing{generator, t}, err
}

// Modeler returns the tool's ability to create the models' schema.
func (t *Tool) Modeler() (migrations.Modeler, error) {
	return ability[migrations.Modeler](t, "create the models' schema")
}

// VersionSetter returns the tool's ability to set a database's version.
func (t *Tool) VersionSetter() (migrations.VersionSetter, error) {
	return ability[migrations.VersionSetter](t, "set a database's version without running a migration")
}

// Observer returns the tool's ability to observe an upgrade and to interrupt it.
func (t *Tool) Observer() (migrations.Observer, error) {
	return ability[migrations.Observer](t, "interrupt an upgrade between two statements")
}

// Snippets returns how the tool writes code in hints; plain SQL if it has no way of its own.
func (t *Tool) Snippets() migrations.Snippets {
	if snippets, ok := t.Tool.(migrations.Snippets); ok {
		return snippets
	}
	return migrations.SQL{}
}

func ability[A any](t *Tool, what string) (A, error) {
	able, ok := t.Tool.(A)
	if !ok {
		return able, report.Fail(report.KindUsage, "", "%w", fmt.Errorf("%s cannot %s", t.settings.Kind.Name, what))
	}
	return able, nil
}

// About returns the tool's name, with its version if the tool reports it.
func (t *Tool) About() string {
	if located, ok := t.Tool.(migrations.Located); ok {
		return located.About()
	}
	return t.settings.Kind.Name
}
