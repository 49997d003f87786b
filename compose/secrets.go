package compose

import (
	"net/url"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// SecretsOf returns the values of a project that must never be shown: of environment variables (in the services, from env
// files and build arguments, and what the project is interpolated from) and options whose names sound like a secret,
// passwords in URLs, and the contents of secrets.
func SecretsOf(p *types.Project) []string {
	var secrets []string
	for _, service := range p.AllServices() {
		for name, value := range service.Environment {
			if value != nil {
				secrets = append(secrets, secretIn(name, *value)...)
			}
		}
		secrets = append(secrets, secretArguments(service)...)
		if service.Build == nil {
			continue
		}
		for name, value := range service.Build.Args {
			if value != nil {
				secrets = append(secrets, secretIn(name, *value)...)
			}
		}
	}
	for _, s := range p.Secrets {
		secrets = append(secrets, contentOf(p, types.FileObjectConfig(s))...)
	}
	for name, value := range p.Environment {
		secrets = append(secrets, secretIn(name, value)...)
	}
	return secrets
}

// secretArguments returns what is secret in a service's command lines: passwords in URLs, and the values of options whose
// names sound like a secret.
func secretArguments(s types.ServiceConfig) []string {
	var secrets []string
	lines := [][]string{s.Command, s.Entrypoint}
	if s.HealthCheck != nil {
		lines = append(lines, s.HealthCheck.Test)
	}
	for _, line := range lines {
		for n, argument := range line {
			secrets = append(secrets, passwordsIn(argument)...)
			if !strings.HasPrefix(argument, "-") {
				continue
			}
			name, value, assigned := strings.Cut(strings.ReplaceAll(argument, "-", "_"), "=")
			switch {
			case !soundsSecret(name):
			case assigned:
				secrets = append(secrets, argument[len(argument)-len(value):])
			case n+1 < len(line):
				secrets = append(secrets, line[n+1])
			}
		}
	}
	return secrets
}

// secretIn returns what is secret in a variable: all of it, or the password of a URL or a DSN.
func secretIn(name, value string) []string {
	if soundsSecret(name) {
		return append(passwordsIn(value), value)
	}
	return passwordsIn(value)
}

// soundsSecret says whether a variable's name is one of a secret.
func soundsSecret(name string) bool {
	upper := strings.ToUpper(name)
	if strings.HasSuffix(upper, "_FILE") {
		return false
	}
	for _, word := range []string{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY", "ACCESS_KEY", "CREDENTIAL", "PGPASS"} {
		if strings.Contains(upper, word) {
			return true
		}
	}
	return upper == "PASS" || strings.HasSuffix(upper, "_PASS") || strings.HasSuffix(upper, "REQUIREPASS") || strings.HasSuffix(upper, "_KEY") || strings.HasSuffix(upper, "_PWD")
}

// passwordsIn returns the password of a URL, as written and decoded, and that of a key=value connection string.
func passwordsIn(value string) []string {
	var found []string
	if u, err := url.Parse(value); err == nil && u.User != nil {
		if password, ok := u.User.Password(); ok {
			found = append(found, password, url.QueryEscape(password), url.PathEscape(password))
		}
	}
	if _, query, ok := strings.Cut(value, "?"); ok {
		if parameters, err := url.ParseQuery(query); err == nil {
			for name, values := range parameters {
				if soundsSecret(name) {
					found = append(found, values...)
				}
			}
		}
	}
	if _, rest, ok := strings.Cut(value, "://"); ok {
		if userinfo, _, ok := cutLast(rest, "@"); ok {
			if _, password, ok := strings.Cut(userinfo, ":"); ok {
				found = append(found, password)
			}
		}
	}
	for _, field := range strings.Fields(value) {
		if password, ok := strings.CutPrefix(field, "password="); ok {
			found = append(found, strings.Trim(password, `'"`))
		}
	}
	return found
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// contentOf returns the content of a secret, and its lines.
func contentOf(p *types.Project, s types.FileObjectConfig) []string {
	content := s.Content
	switch {
	case s.Environment != "":
		content = p.Environment[s.Environment]
	case s.File != "":
		raw, err := os.ReadFile(s.File)
		if err != nil {
			return nil // Compose itself says that the file is missing
		}
		content = string(raw)
	}
	secrets := []string{strings.TrimSpace(content)}
	for line := range strings.Lines(content) {
		secrets = append(secrets, strings.TrimSpace(line))
	}
	return secrets
}
