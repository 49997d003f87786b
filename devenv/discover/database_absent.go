package discover

import (
	"slices"
	"strings"

	"devenv/devenv/report"
)

// none returns the failure for a project in which no service runs Postgres; users are the services that contain the
// migrations.
func (d databaseChoice) none(users []string) error {
	if question := d.inactive(users); question != nil {
		return question
	}
	for _, name := range d.services.names() {
		if image := d.services.get(name).Image; anyOf(imageName(image), otherDatabases()...) {
			return report.Fail(report.KindUsage,
				"if another service is a Postgres server, name it in "+d.answers.file()+": database: {service: NAME}",
				"find the database: the service %s runs %s, and devenv supports only Postgres", name, image)
		}
	}
	files := listing(d.files.composeFiles(d.services.project))
	if elsewhere := d.elsewhere(); len(elsewhere) > 0 {
		return d.answers.ask(d.elsewhereLines(elsewhere), "find the database: there is no Postgres in %s; %s", files, d.describe(elsewhere))
	}
	if maybe := filter(d.services.names(), d.databases.maybePostgres); len(maybe) > 0 {
		return d.answers.ask(lines("database: {service: %s}", maybe),
			"find the database: no service of %s is known to run Postgres, but %s", files, couldRun(maybe))
	}
	return report.Fail(report.KindUsage, "if one of its services is a Postgres server all the same, name it in "+d.answers.file()+
		": database: {service: NAME}; if another Compose file has the database: compose: {files: [path/to/compose.yaml]}",
		"find the database: there is no Postgres in %s, whose services are %s", files, listing(d.services.names()))
}

func couldRun(names []string) string {
	if len(names) == 1 {
		return names[0] + " could"
	}
	return "any of " + listing(names) + " could"
}

// inactive returns the question which profiles to activate, if services of inactive ones run Postgres; else nil.
func (d databaseChoice) inactive(users []string) *report.Failure {
	names := filter(d.services.disabled(), func(n string) bool {
		yes, _ := d.databases.runsPostgres(n)
		return yes
	})
	for _, likelier := range []func(string) bool{
		func(n string) bool { return !d.databases.forTests(n) },
		func(n string) bool {
			return slices.ContainsFunc(users, func(u string) bool { return d.services.wants(u, n) })
		},
	} {
		if kept := filter(names, likelier); len(kept) > 0 {
			names = kept
		}
	}
	if len(names) == 0 {
		return nil
	}
	return d.answers.ask(d.services.activating(names, users), "find the database: %s", d.services.inactive(names, "runs Postgres"))
}

// elsewhere returns the other Compose files that have what the project's lack.
func (s *finder) elsewhere() []Elsewhere {
	stacks := &Stacks{files: s.files, cfg: s.cfg}
	stacks.settings, _ = search{s}.all()
	return stacks.Elsewhere(s.services.project.ComposeFiles)
}

// elsewhereLines returns the lines that choose other Compose files.
func (s *finder) elsewhereLines(elsewhere []Elsewhere) []string {
	var out []string
	for _, one := range elsewhere {
		var written []string
		for _, file := range one.Files {
			written = append(written, s.answers.written(s.files.display(file)))
		}
		out = append(out, "compose: {files: ["+strings.Join(written, ", ")+"]}")
	}
	return out
}

// describe says what other Compose files have.
func (s *finder) describe(elsewhere []Elsewhere) string {
	var out []string
	for _, one := range elsewhere {
		out = append(out, s.files.display(one.Files[len(one.Files)-1])+" "+one.Has)
	}
	return listing(out)
}
