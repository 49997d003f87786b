package devenv_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/sample"
)

// plantedVariables are the backend's environment, with a secret of each form; package redact has the complete table.
const plantedVariables = `API_TOKEN=Envfile-tok3n
MAIL_PW=Lantern77
STRIPE_SK=kiosk3garden
BASIC_AUTH=admin:S4ndstone
JWT=notajwt-but-42
PASSWORD_SALT=pinch0fsalt
SESSION_COOKIE=crumbs-and-more-1
SHORT_PW=k7Qz
ADO="Server=db;User Id=app;Password=ad0-net!;Encrypt=false"
STORAGE=AccountName=acme;AccountKey=bm90LWEtcmVhbC1henVyZS1rZXktYXQtYWxs
SETTINGS={"smtp": {"user": "app", "password": "n3sted-in"}}
BROKER=amqp://user:br0ker%40url@mail/
THING=kJ8sP2qLm9ZxTr4w
SIGNING="-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu
-----END PRIVATE KEY-----"
`

// planted returns the secrets in plantedVariables and in the files of TestASecretIsNeverSaid.
func planted() []string {
	return []string{
		"Envfile-tok3n", "Lantern77", "kiosk3garden", "S4ndstone", "notajwt-but-42", "pinch0fsalt", "crumbs-and-more-1", "k7Qz", "ad0-net!",
		"bm90LWEtcmVhbC1henVyZS1rZXktYXQtYWxs", "n3sted-in", "br0ker@url", "kJ8sP2qLm9ZxTr4w",
		"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
		"MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu",
		"of-the-s3cret", "of-the-c0nfig", "of-the-inl1ne", "of-the-pgp4ss", "of-alemb1c", sample.Password,
	}
}

// leakyProgram is a program that prints and raises all it knows, in Python's various ways.
const leakyProgram = `import os, json, base64, urllib.parse
known = dict(os.environ)
for path in ["/run/secrets/key", "/file.ini", "/inline.ini", "/root/.pgpass", "/app/alembic.ini"]:
    known[path] = "\n".join(line for line in open(path).read().splitlines() if "of-" in line)
fields = " ".join(known.values())
for sign in ":=;,/@\"'{}":
    fields = fields.replace(sign, " ")
fields = fields.split()
print("fields", *fields, file=sys.stderr)
print("repr", repr(" ".join(known.values()).encode()), file=sys.stderr)
print("quoted", *map(urllib.parse.quote, known.values()), file=sys.stderr)
print("encoded", *(base64.b64encode(b"x:" + value.encode()).decode() for value in [*known.values(), *fields]), file=sys.stderr)
print("signing", known["SIGNING"], file=sys.stderr)
print(json.dumps(known), file=sys.stderr)
raise SystemExit(str(known))`

// TestASecretIsNeverSaid plants secrets everywhere in the Compose project and looks for them in everything that a
// failing run says and leaves behind.
func TestASecretIsNeverSaid(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	for path, content := range map[string]string{
		"secret.txt": "of-the-s3cret\n", "config.ini": "[smtp]\npass = of-the-c0nfig\n", ".pgpass": "mail:5432:*:app:of-the-pgp4ss\n",
		"backend.dev.env": c.read("backend.dev.env") + plantedVariables,
		sample.AlembicConfig: strings.Replace(c.read(sample.AlembicConfig), "[alembic]\n",
			"[alembic]\nsqlalchemy.url = postgresql://app:of-alemb1c@db/app\n", 1),
		composeFile: c.read(composeFile) + "\nsecrets: {key: {file: ./secret.txt}}\n" +
			"configs: {file: {file: ./config.ini}, inline: {content: \"password = of-the-inl1ne\"}}\n",
	} {
		c.write(path, content)
	}
	c.replace(composeFile, "    env_file: backend.dev.env\n", "    env_file: backend.dev.env\n    secrets: [key]\n"+
		"    configs: [{source: file, target: /file.ini}, {source: inline, target: /inline.ini}]\n")
	c.replace(composeFile, "      - ./backend:/app\n", "      - ./backend:/app\n      - ./.pgpass:/root/.pgpass:ro\n")
	c.replace("backend/src/toolshed/__main__.py", "main()", leakyProgram)
	c.git("add", "-A")
	c.git("commit", "-qm", "Say every secret")
	var said transcript
	result, err := c.newMigration(func(o *devenv.NewMigrationOptions) { o.Listener = &said })
	if err == nil {
		t.Fatal("the backend that prints its secrets was accepted")
	}
	said.failure(err)
	said.document(t, result.Document)
	for _, word := range []string{"fields ", "repr ", "quoted ", "encoded ", "signing ", "'MAIL_PW'", `"MAIL_PW"`, "postgres", "toolshed"} {
		if !strings.Contains(said.text(), word) {
			t.Errorf("the backend's output about %s is not shown:\n%s", word, said.text())
		}
	}
	said.hasNone(t, planted()...)
	c.nothingLeft()
}

// TestAProjectThatFailsToLoadLeaksNothing breaks the project in ways that make Compose or devenv quote
// what it read, and runs every command that opens the project.
func TestAProjectThatFailsToLoadLeaksNothing(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	const secret = "Unr3adable"
	o := devenv.Options{Dir: c.dir}
	commands := map[string]func() (any, error){
		"new-migration": func() (any, error) { return c.newMigration(nil) },
		"status":        func() (any, error) { return devenv.Status(t.Context(), o) },
		"up":            func() (any, error) { return devenv.Up(t.Context(), devenv.UpOptions{Options: o}) },
		"init":          func() (any, error) { return devenv.Init(t.Context(), devenv.InitOptions{Options: o, Print: true}) },
		"doctor":        func() (any, error) { return devenv.Doctor(t.Context(), devenv.DoctorOptions{Options: o}) },
		"logs":          func() (any, error) { return nil, devenv.Logs(t.Context(), devenv.LogsOptions{Options: o}) },
	}
	for name, file := range map[string]struct{ path, content string }{
		"a port": {composeFile, strings.Replace(c.read(composeFile), `"8888:8080"`, `"${SHORT_PW}:8080"`, 1)},
		"a port as it stands": {composeFile, strings.Replace(c.read(composeFile), `"8888:8080"`, `"`+secret+`:8080"`,
			1) + "\nx-mail: {password: " + secret + "}\n"},
		"YAML":                  {composeFile, c.read(composeFile) + "\nx-mail: {password: " + secret + "\n  - ["},
		"an interpolation":      {composeFile, c.read(composeFile) + "\nx-mail: {password: \"" + secret + "${\"}\n"},
		"an environment file":   {"backend.dev.env", "API_TOKEN=" + secret + "\n'" + secret + " x\n"},
		"the configuration":     {".devenv.yaml", "seed: {run: \"PGPASSWORD=" + secret + " psql\", nothing: " + secret + "}\n"},
		"devenv's own variable": {".devenv.yaml", "registry: https://me:" + secret + "@example.com\ndatbase: 1\n"},
	} {
		before, err := os.ReadFile(filepath.Join(c.dir, file.path))
		c.write(file.path, file.content)
		c.write(".env", "SHORT_PW="+secret+"\n")
		for command, run := range commands {
			var said transcript
			result, runErr := run()
			if runErr == nil {
				t.Errorf("%s: %s succeeded", name, command)
				continue
			}
			said.failure(runErr)
			said.result(t, result)
			said.hasNone(t, secret)
		}
		if err != nil {
			c.remove(file.path)
			continue
		}
		c.write(file.path, string(before))
	}
}
