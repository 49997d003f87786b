package discover

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/config"
	"devenv/devenv/report"
)

// holders returns the services, except databases, whose container holds a file of the repository.
func (s search) holders(rel string) []string {
	var out []string
	for _, name := range s.services.names() {
		if database, _ := s.databases.runsPostgres(name); !database && s.locations.locate(name, rel).held {
			out = append(out, name)
		}
	}
	return out
}

// inactiveHolders returns the services with inactive profiles, except databases, whose container holds a file of the
// repository. Of those, workers count only if there is nothing else.
func (s *finder) inactiveHolders(rel string) []string {
	out := filter(s.services.disabled(), func(name string) bool {
		database, _ := s.databases.runsPostgres(name)
		return !database && s.locations.locate(name, rel).held
	})
	if kept := filter(out, func(n string) bool { return !s.services.worker(n) }); len(kept) > 0 {
		return kept
	}
	return out
}

// holderChoice picks the service that runs the migration tool.
type holderChoice struct{ *finder }

// choose returns one of the services that contain the configuration.
func (h holderChoice) choose(c candidate, database string) (string, error) {
	const key = "migrations.service"
	if name := h.cfg.Migrations.Service; name != "" {
		if err := h.answers.named(key, name); err != nil {
			return "", err
		}
		if !h.hasCode(name, c) {
			return "", h.prebuilt(c, []string{name})
		}
		h.answers.note("migrations service", name, "%s in the configuration", key)
		return name, nil
	}
	if len(c.holders) == 0 {
		return "", h.none(c)
	}
	left, why := slices.Clone(c.holders), []string{"it holds " + c.path}
	all := left
	for _, reason := range []struct {
		text string
		pass func(string) bool
	}{
		{"others that hold it depend on it", func(n string) bool { return h.reliedOn(n, all) }},
		{"it uses " + database, func(n string) bool { yes, _ := h.services.uses(n, database); return yes }},
		{"it runs " + toolCommand, h.commands.migrates},
		{"it is the backend", func(n string) bool { return n == h.cfg.Backend.Service }},
		{"it names " + toolCommand, func(n string) bool { return strings.Contains(h.commands.program(n), toolCommand) }},
		{"it is built here", func(n string) bool { return h.services.get(n).Build != nil }},
		{
			"it keeps running and is not a worker",
			func(n string) bool { once, _ := h.commands.oneShot(n); return !once && !h.services.worker(n) },
		},
		{"it has a port or a healthcheck", h.services.serves},
	} {
		if kept := filter(left, reason.pass); len(kept) > 0 && len(kept) < len(left) {
			left, why = kept, append(why, reason.text)
		}
	}
	if len(left) > 1 && h.services.alike(left) {
		return "", h.answers.askBackend(left)
	}
	if len(left) > 1 {
		return "", h.answers.ask(lines("migrations: {service: %s}", left),
			"find the migrations: the services %s all contain %s, and nothing says which one runs it", listing(left), c.path)
	}
	h.answers.note("migrations service", left[0], "%s", strings.Join(why, ", "))
	return left[0], nil
}

// alike reports whether services are built from the same code, so that any of them could run the tool.
func (s services) alike(names []string) bool {
	return len(filter(names, func(n string) bool { return s.sameOrigin(n, names[0]) })) == len(names)
}

// none returns the failure for a configuration that is in no container.
func (h holderChoice) none(c candidate) error {
	if inactive := h.inactiveHolders(c.path); len(inactive) > 0 {
		return h.answers.ask(h.services.activating(inactive, nil), "find the migrations: %s",
			h.services.inactive(inactive, "contains "+c.path))
	}
	if elsewhere := slices.DeleteFunc(h.elsewhere(), func(e Elsewhere) bool { return !e.Holds }); len(elsewhere) > 0 {
		return h.answers.ask(h.elsewhereLines(elsewhere), "find the migrations: no service of %s mounts %s or copies it into its image; %s",
			listing(h.files.composeFiles(h.services.project)), c.path, h.describe(elsewhere))
	}
	databases, _ := h.databases.all()
	users := filter(h.services.names(), func(n string) bool { return h.services.usesAny(n, databases) })
	if err := h.buildable(users...); err != nil {
		return err
	}
	able := filter(h.services.names(), func(n string) bool {
		return !slices.Contains(databases, n) && (h.services.get(n).Build != nil || h.services.usesAny(n, databases))
	})
	with := filter(able, func(n string) bool { return h.hasCode(n, c) })
	switch {
	case len(able) == 0:
		return h.noCode(c, databases)
	case len(with) == 0:
		return h.prebuilt(c, able)
	}
	failure := h.answers.ask(lines("migrations: {service: %s}", with),
		"find the migrations: the repository has %s, but no service of the Compose project mounts it or copies it into its image", c.path)
	failure.Hint = h.mountHint(c, h.likeliest(with, databases)) + "or, if its image contains the file anyway, " + failure.Hint
	return failure
}

// likeliest returns the service that would most probably run the migrations if its image had them.
func (h holderChoice) likeliest(able, databases []string) string {
	for _, likelier := range []func(string) bool{
		func(n string) bool { return h.services.get(n).Build != nil && h.images.workdir(n) != "" },
		func(n string) bool { return h.services.usesAny(n, databases) },
		func(n string) bool { return !h.services.worker(n) },
		h.services.serves,
	} {
		if kept := filter(able, likelier); len(kept) > 0 {
			able = kept
		}
	}
	return able[0]
}

// mountHint returns the hint to mount a configuration and its scripts into a service that is built without them.
func (h holderChoice) mountHint(c candidate, service string) string {
	svc, workdir := h.services.get(service), h.images.workdir(service)
	scripts, _, found := h.scripts.directory(c.settings, service)
	if svc.Build == nil || workdir == "" || !found {
		return "mount its directory into the service that runs it; "
	}
	code, _ := h.files.relative(svc.Build.Context)
	var mounts []string
	for _, rel := range []string{c.path, scripts} {
		if rel == c.path && within(c.path, scripts) {
			continue
		}
		inside, err := filepath.Rel(filepath.FromSlash(code), filepath.FromSlash(rel))
		if err != nil || strings.HasPrefix(inside, "..") {
			inside = path.Base(rel)
		}
		mounts = append(mounts, h.fromHome(rel)+":"+path.Join(workdir, filepath.ToSlash(inside)))
	}
	files, extra := h.extraFile()
	return "mount it into the service that runs it. To leave the Compose file as it is, write into " + extra + ":\n" +
		"  services:\n    " + service + ": {volumes: [" + strings.Join(mounts, ", ") + "]}\n" +
		"and into " + h.answers.file() + ":\n" +
		"  compose: {files: [" + strings.Join(files, ", ") + "]}\n" +
		"  include: [" + extra + "]\n"
}

// hasCode reports whether a service's container has code of the working tree around a configuration: it is built here,
// or a directory with such code is mounted into it.
func (s *finder) hasCode(name string, c candidate) bool {
	svc, around := s.services.get(name), s.files.codeAround(c.path)
	return svc.Build != nil || slices.ContainsFunc(svc.Volumes, func(v types.ServiceVolumeConfig) bool {
		dir, ok := s.files.relative(v.Source)
		return v.Type == types.VolumeTypeBind && ok && (within(dir, around) || within(around, dir)) &&
			slices.ContainsFunc(s.files.probes(dir), func(p string) bool { return path.Ext(p) == ".py" })
	})
}

// prebuilt returns the failure for services that run an image which is made elsewhere. It has some other code than the
// branch, so whatever devenv found would be about that.
func (h holderChoice) prebuilt(c candidate, names []string) *report.Failure {
	is := "the service " + names[0] + " runs the image " + h.services.get(names[0]).Image + ", which is"
	if len(names) > 1 {
		is = "the services " + listing(names) + " run images, which are"
	}
	files, extra := h.extraFile()
	return report.Fail(report.KindUsage,
		"let the service that runs the migrations be built from the working tree. "+
			"To leave the Compose file as it is, write into "+extra+":\n"+
			"  services:\n    "+names[0]+": {build: "+h.codeFrom(c)+"}\n"+
			"and into "+path.Join(h.cfg.Dir, config.FileName)+":\n"+
			"  compose: {files: ["+strings.Join(files, ", ")+"]}\n"+
			"  include: ["+extra+"]",
		"find the migrations: %s made elsewhere, so what the branch changes is not in there; %s is in no container", is, c.path)
}

// noCode returns the failure for a project whose code runs outside Compose, so that its services are only what the code
// needs.
func (h holderChoice) noCode(c candidate, databases []string) *report.Failure {
	files, extra := h.extraFile()
	return report.Fail(report.KindUsage,
		"devenv runs the migration tool and the backend in containers; add a service that builds or mounts the code, "+
			"with its packages and the database's address. "+
			"To leave the Compose file as it is, write the service into "+extra+":\n"+
			"  services:\n    backend: {build: "+h.codeFrom(c)+", "+
			"depends_on: ["+strings.Join(databases, ", ")+"], environment: {…}}\n"+
			"and into "+path.Join(h.cfg.Dir, config.FileName)+":\n"+
			"  compose: {files: ["+strings.Join(files, ", ")+"]}\n"+
			"  include: ["+extra+"]",
		"find the migrations: the repository has %s, but the Compose project has no service that could run it", c.path)
}

// extraFile returns the name of a Compose file that completes the project's, and with it those to load, as the
// configuration would write them.
func (h holderChoice) extraFile() (files []string, extra string) {
	for _, f := range h.services.project.ComposeFiles {
		if rel, ok := h.files.relative(f); ok {
			files = append(files, h.answers.written(rel))
		}
	}
	home, _ := h.files.relative(h.services.project.WorkingDir)
	extra = h.answers.written(path.Join(home, "compose.devenv.yaml"))
	return append(files, extra), extra
}

// codeFrom returns the build context around a configuration, as the extra Compose file would write it.
func (h holderChoice) codeFrom(c candidate) string {
	return strings.TrimPrefix(h.fromHome(h.files.codeAround(c.path)), "./")
}

// fromHome returns a path of the repository as a Compose file of the project would write it.
func (h holderChoice) fromHome(rel string) string {
	home, _ := h.files.relative(h.services.project.WorkingDir)
	written, err := filepath.Rel(filepath.FromSlash(home), filepath.FromSlash(rel))
	switch {
	case err != nil || written == ".":
		return "."
	case !strings.HasPrefix(written, ".."):
		return "./" + filepath.ToSlash(written)
	}
	return filepath.ToSlash(written)
}

func filter(names []string, pass func(string) bool) []string {
	var kept []string
	for _, n := range names {
		if pass(n) {
			kept = append(kept, n)
		}
	}
	return kept
}
