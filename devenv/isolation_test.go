package devenv_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/devenv/sample"
)

// awkward is the sample's Compose file with things projects have that must not reach a scratch container, or that it
// needs.
const awkward = `
x-settings: &settings
  restart: always
  labels: {traefik.enable: "true"}
  extra_hosts: ["host.docker.internal:host-gateway", "database.example:192.0.2.9"]
  cap_add: [SYS_ADMIN, SYS_NICE]
  security_opt: ["seccomp=unconfined"]
  dns: [192.0.2.53]
  logging: {driver: syslog, options: {syslog-address: "tcp://192.0.2.1:514"}}
services:
  postgres:
    <<: *settings
    image: postgres:17
    container_name: toolshed-database
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/password, API_TOKEN: planted-in-environment}
    command: ["postgres", "-c", "hba_file=/etc/access/pg_hba.conf", "-c", "ident_file=/etc/pg_ident.conf"]
    secrets: [password]
    configs: [{source: ident, target: /etc/pg_ident.conf}]
    volumes: ["pgdata:/var/lib/postgresql/data", "../beside:/beside:ro", "./access:/etc/access:ro"]
    ports: ["127.0.0.1:6545:5432"]
    networks: {inner: {ipv4_address: 10.231.77.2}}
  backend:
    <<: *settings
    build: {context: ./backend, tags: ["toolshed:latest"]}
    env_file: backend.dev.env
    secrets: [{source: password, target: deep/password, mode: 0400}]
    configs: [{source: banner, target: /etc/banner}]
    volumes: ["./backend:/app", "/var/run/docker.sock:/var/run/docker.sock", "./local.toml:/etc/local.toml:ro"]
    network_mode: service:postgres
    pid: host
    privileged: true
    depends_on: [postgres]
    healthcheck:
      test: ["CMD-SHELL", "test ! -e /var/run/docker.sock && grep -q local /etc/local.toml && grep -q hello /etc/banner && test -s /run/secrets/deep/password &&
        grep -q 'CapBnd:.*a88425fb' /proc/self/status && grep -q 'Seccomp:.*2' /proc/self/status && ! grep -q 192.0.2.9 /etc/hosts &&
        python3 -c \"import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health', timeout=2)\""]
networks: {inner: {ipam: {config: [{subnet: 10.231.77.0/24}]}}, corporate: {external: true, name: nobody-has-this-network}}
volumes: {pgdata: {driver_opts: {type: none, o: bind, device: /nonexistent/pgdata}}}
secrets: {password: {file: ./secrets/password.txt}}
configs: {banner: {content: hello}, ident: {content: "# planted-in-config"}}
`

func TestAProjectCannotReachIntoTheHost(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	_, password, _ := strings.Cut(strings.TrimSpace(c.read("postgres.dev.env")), "POSTGRES_PASSWORD=")
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.write(composeFile, awkward)
	c.write(".gitignore", c.read(".gitignore")+"/secrets/\n/local.toml\n")
	c.write("access/pg_hba.conf", "local all all trust\nhost all all all scram-sha-256\n# planted-in-directory\n")
	c.git("add", "access")
	c.git("commit", "-qam", "Reach into the host")
	c.git("checkout", "-qb", "feature/awkward")
	c.replace(itemModel, "    added_at: Mapped", "    colour: Mapped[str | None]\n    added_at: Mapped")
	if err := os.Mkdir(filepath.Join(c.dir, "secrets"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.write("secrets/password.txt", password+"\n") // ignored, like the next
	c.write("local.toml", "local = true\n")
	result := c.must(c.newMigration(nil))
	if !strings.Contains(string(result.File), "colour") {
		t.Errorf("the migration is\n%s", result.File)
	}
	for id, check := range statuses(result) {
		if check.Status == "fail" {
			t.Errorf("%s: %s", id, check.Summary)
		}
	}
	if got := statuses(result)["start.branch"]; got.Status != "pass" {
		t.Errorf("the backend lacks what it needs: %+v", got)
	}
	for _, left := range []string{
		"cap_add SYS_ADMIN", "security_opt seccomp=unconfined", "dns 192.0.2.53",
		"extra_hosts database.example",
	} {
		for _, service := range []string{"postgres", "backend"} {
			if said := "service " + service + " runs without " + left; !strings.Contains(strings.Join(result.Document.Notes, "\n"), said) {
				t.Errorf("no note says %q", said)
			}
		}
	}
	made := result.Document.Base
	c.holdsNone([]string{made.Image, c.emptyOf(made.Commit)}, password, "planted-in-environment", "planted-in-config", "planted-in-directory")
	c.nothingLeft()
}

// emptyOf returns the image of the empty database that was made with a commit's base.
func (c checkout) emptyOf(commit string) string {
	c.Helper()
	images, err := c.engine.Images(c.Context(), "dev.devenv.kind=base")
	if err != nil {
		c.Fatal(err)
	}
	for _, image := range images {
		if strings.HasSuffix(image.Ref, "-empty") && strings.Contains(image.Labels["dev.devenv.base"], commit) {
			return image.Ref
		}
	}
	c.Fatalf("none was made with the base of %s", commit)
	return ""
}

// holdsNone expects that images contain none of some texts: in their configuration, their history, and their files
// except the database's data.
func (c checkout) holdsNone(images []string, texts ...string) {
	c.Helper()
	for _, image := range images {
		described, err := c.engine.Describe(c.Context(), image)
		if err != nil {
			c.Fatal(err)
		}
		for n, text := range texts {
			if strings.Contains(string(described.JSON)+strings.Join(described.History, "\n"), text) {
				c.Errorf("%s contains text %d in its JSON or history", image, n)
			}
			found, err := c.engine.RunScript(c.Context(), engine.Script{
				Image: image, Args: []string{text}, Text: `grep -rlaF -e "$1" --exclude-dir=pgdata --exclude-dir=proc --exclude-dir=sys / 2>/dev/null || true`,
			})
			if found != "" || err != nil {
				c.Errorf("%s contains text %d in %s: %v", image, n, found, err)
			}
		}
	}
}
