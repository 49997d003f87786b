package database

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/report"
)

// defaultPort is where Postgres listens unless configured otherwise.
const defaultPort = 5432

// Settings are how to reach a service's database, according to its environment and its command.
type Settings struct {
	Service string `json:"service"`
	Image   string `json:"image"`
	User    string `json:"user"`
	// Password is never marshalled to JSON, and so never ends up in an image's label.
	Password string `json:"-"`
	Database string `json:"database"`
	Port     int    `json:"port"`
	// Hosts are the names under which the application may reach it, the service's own name first: aliases,
	// container_name, hostname, and the aliases in other services' links.
	Hosts []string `json:"hosts"`
}

// SettingsOf reads the settings of a database service from the Compose model: POSTGRES_* and POSTGRESQL_* (Bitnami's
// names), their *_FILE forms if the file is a secret or a config of the project, PGPORT, and -p or -c port= in the
// command. Errors are KindUsage failures and never contain a value.
func SettingsOf(p *types.Project, service string) (Settings, error) {
	svc, ok := p.Services[service]
	if !ok {
		return Settings{}, report.Fail(report.KindUsage, "name another one: database: {service: …}",
			"read the database's settings: there is no service %q in the Compose project", service)
	}
	env := environment{project: p, service: svc}
	s := Settings{
		Service: service, Image: svc.Image,
		User: env.lookup("POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER"),
		// Bitnami's POSTGRESQL_PASSWORD is the ordinary user's; the superuser has its own.
		Password: env.lookup("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"),
		Database: env.lookup("POSTGRES_DB", "POSTGRES_DATABASE", "POSTGRESQL_DATABASE"),
		Hosts:    hosts(p, svc),
	}
	if s.User == "" {
		s.User = "postgres"
	}
	if s.Database == "" {
		s.Database = s.User
	}
	if env.err != nil {
		return Settings{}, env.err
	}
	var err error
	s.Port, err = port(svc, env)
	return s, err
}

// LacksPassword says what to do if a service's database would refuse to start for the first time, since nothing sets its
// password; empty if it starts. What an image of the project's own sets is not known.
func LacksPassword(p *types.Project, service string) (hint string) {
	svc, s := p.Services[service], environment{project: p, service: p.Services[service]}
	empty := s.lookup("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD") == "" && s.err == nil
	allowed := s.lookup("POSTGRES_HOST_AUTH_METHOD") == "trust" || s.lookup("ALLOW_EMPTY_PASSWORD") != ""
	if svc.Build != nil || !empty || allowed {
		return ""
	}
	return passwordHint
}

const passwordHint = "set POSTGRES_PASSWORD in the Compose file or in .env"

// environment looks up a service's variables, following *_FILE to the project's secrets and configs.
type environment struct {
	project *types.Project
	service types.ServiceConfig
	err     error
}

// lookup returns the value of the first of names that has one.
func (e *environment) lookup(names ...string) string {
	for _, name := range names {
		if v := e.service.Environment[name]; v != nil && *v != "" {
			return *v
		}
		if v := e.service.Environment[name+"_FILE"]; v != nil && *v != "" {
			return e.file(name+"_FILE", *v)
		}
	}
	return ""
}

// file reads the file that the service has at a path: a secret, a config, or a bind-mounted file.
func (e *environment) file(variable, path string) string {
	content, err := e.content(path)
	if err != nil && e.err == nil {
		hint := ""
		if errors.Is(err, fs.ErrNotExist) {
			hint = "create the file, with the value that the service is to have; if git ignores it, list it in .devenv.yaml: include: […]"
		}
		e.err = report.Fail(report.KindUsage, hint, "read the database's settings: %s of service %q: %w", variable, e.service.Name, err)
	}
	return strings.TrimRight(content, "\r\n")
}

func (e *environment) content(path string) (string, error) {
	for _, secret := range e.service.Secrets {
		if target(secret.Target, secret.Source, "/run/secrets") == path {
			s := e.project.Secrets[secret.Source]
			return objectContent(types.FileObjectConfig(s), e.project)
		}
	}
	for _, config := range e.service.Configs {
		if target(config.Target, config.Source, "") == path {
			c := e.project.Configs[config.Source]
			return objectContent(types.FileObjectConfig(c), e.project)
		}
	}
	for _, v := range e.service.Volumes {
		if rest, ok := strings.CutPrefix(path, v.Target); ok && v.Type == types.VolumeTypeBind {
			return read(filepath.Join(v.Source, rest))
		}
	}
	return "", fmt.Errorf("no secret, config or bind mount of the service provides %s", path)
}

// target returns where Compose puts a secret or a config: its target, relative to dir, or its name in dir.
func target(written, source, dir string) string {
	if written == "" {
		written = source
	}
	if strings.HasPrefix(written, "/") {
		return written
	}
	return dir + "/" + written
}

func objectContent(o types.FileObjectConfig, p *types.Project) (string, error) {
	switch {
	case o.File != "":
		return read(o.File)
	case o.Environment != "":
		return p.Environment[o.Environment], nil
	}
	return o.Content, nil
}

func read(path string) (string, error) {
	b, err := os.ReadFile(path)
	return string(b), err
}

// port returns the command's port, else PGPORT or Bitnami's variable, else 5432.
func port(svc types.ServiceConfig, env environment) (int, error) {
	written := ""
	for _, a := range arguments(svc.Command) {
		if a.name == "port" {
			written = a.value
		}
	}
	if written == "" {
		written = env.lookup("PGPORT", "POSTGRESQL_PORT_NUMBER")
	}
	if written == "" {
		return defaultPort, nil
	}
	n, err := strconv.Atoi(written)
	if err != nil || n < 1 || n > 65535 {
		return 0, report.Fail(report.KindUsage, "correct PGPORT or the command in the Compose file",
			"read the database's settings: %q of service %q is not a port", written, svc.Name)
	}
	return n, nil
}

// hosts returns the names under which other services may reach the service.
func hosts(p *types.Project, svc types.ServiceConfig) []string {
	names := []string{svc.Name}
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, network := range svc.NetworksByPriority() {
		if n := svc.Networks[network]; n != nil {
			for _, alias := range n.Aliases {
				add(alias)
			}
		}
	}
	add(svc.ContainerName)
	add(svc.Hostname)
	for _, alias := range linkedAs(p, svc.Name) {
		add(alias)
	}
	return names
}

// linkedAs returns the names that links in other services give a service.
func linkedAs(p *types.Project, service string) []string {
	var names []string
	for _, other := range p.ServiceNames() {
		for _, link := range p.Services[other].Links {
			if linked, alias, ok := strings.Cut(link, ":"); ok && linked == service {
				names = append(names, alias)
			}
		}
	}
	return names
}
