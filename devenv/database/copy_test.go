package database

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// planted are secrets in every place where a Compose file can have one.
var planted = map[string]string{
	"environment": "planted-in-environment-1", "secret": testPassword, "config": "planted-in-config-3", "command": "planted-in-command-4",
	"mounted": "planted-in-mounted-5", "entrypoint": "planted-in-entrypoint-6",
}

// plantedService returns a service with the secrets, and the files that Compose would put into its container.
func plantedService() (types.ServiceConfig, map[string]string) {
	svc := service(func(s *types.ServiceConfig) {
		s.Environment = types.MappingWithEquals{
			"POSTGRES_PASSWORD_FILE": ptr("/run/secrets/password"),
			"API_TOKEN":              ptr(planted["environment"]),
		}
		s.Entrypoint = types.ShellCommand{"sh", "-c", `test -s /etc/postgresql/own.conf && exec docker-entrypoint.sh "$@"`, planted["entrypoint"]}
		s.Command = types.ShellCommand{"postgres", "-c", "devenv.secret=" + planted["command"], "-c", "max_connections=50"}
	})
	return svc, map[string]string{
		"/run/secrets/password": planted["secret"], "/etc/postgresql/own.conf": planted["config"],
		"/var/lib/extra/.pgpass": planted["mounted"],
	}
}

func TestServerImagesContainNothingOfTheService(t *testing.T) {
	t.Parallel()
	e := requireEngine(t)
	svc, files := plantedService()
	put := func(ctx context.Context, id string) error { return e.CopyTo(ctx, id, "/", archiveOf(t, files)) }
	settings := Settings{Service: "postgres", User: "postgres", Password: testPassword, Database: "postgres", Port: defaultPort}
	scratch, err := moved(t.Context(), e, svc)
	if err != nil {
		t.Fatal(err)
	}
	made, err := NewCloner(e).create(t.Context(), requestOf(scratch))
	if err == nil {
		err = put(t.Context(), made.GetContainerID())
	}
	if err != nil {
		t.Fatal(err)
	}
	first, err := Start(t.Context(), e, made.GetContainerID(), settings)
	if err != nil {
		t.Fatal(err)
	}
	removeLater(t, first)
	execute(t, first, "CREATE TABLE kept AS SELECT 1 AS n")
	base := keep(t, e, first, Meta{Ref: "main"})
	holdsNothingPlanted(t, e, base.Ref)

	upgraded := clone(t, e, CloneOptions{Image: base, Settings: settings, Service: &svc, Put: put, Kept: true})
	execute(t, upgraded, "ALTER TABLE kept ADD COLUMN m int DEFAULT 2")
	after := keep(t, e, upgraded, Meta{Ref: "main"})
	holdsNothingPlanted(t, e, after.Ref)
	expectVolumeFound(t, e, upgraded)
	last := clone(t, e, CloneOptions{Image: after, Settings: settings, Service: &svc, Put: put})
	if got := queryText(t, last, "SELECT n || ' ' || m || ' ' || current_setting('max_connections') FROM kept"); got != "1 2 50" {
		t.Errorf("the clone returns %q", got)
	}
}

// expectVolumeFound removes a server before the container that holds a copy of its data and keeps the volume: a sweep
// must find it.
func expectVolumeFound(t *testing.T, e *engine.Engine, server *Server) {
	t.Helper()
	container, err := e.Inspect(t.Context(), server.ID)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(container.Mounts, func(m engine.Mount) bool { return m.Target == dataParent })
	if err := server.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	name, value := testLabel()
	made, err := e.Resources(t.Context(), name+"="+value)
	if volume := container.Mounts[at].Name; err != nil ||
		!slices.ContainsFunc(made, func(m engine.Resource) bool { return m.ID == volume }) {
		t.Errorf("the volume %s, whose data was copied, is not among %v: %v", volume, made, err)
	}
}

// holdsNothingPlanted searches everything in an image and its parents except the data for the secrets, by other means
// than the search under test.
func holdsNothingPlanted(t *testing.T, e *engine.Engine, ref string) {
	t.Helper()
	for at := ref; at != ""; {
		d, err := e.Describe(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		text := string(d.JSON) + strings.Join(d.History, "\n")
		for where, secret := range planted {
			if strings.Contains(text, strings.Trim(quoted(t, secret), `"`)) || strings.Contains(text, secret) {
				t.Errorf("%s: the secret of the %s is in its JSON or its history", at, where)
			}
		}
		if at = parentOf(t, d); !strings.HasPrefix(at, "sha256:") {
			break
		}
	}
	left, err := e.RunScript(t.Context(), engine.Script{
		Image: ref, Text: `grep -rlaF -e "$1" -e "$2" -e "$3" -e "$4" -e "$5" -e "$6" --exclude-dir=pgdata --exclude-dir=proc --exclude-dir=sys / 2>/dev/null || true`,
		Args: []string{
			planted["environment"], planted["secret"], planted["config"], planted["command"], planted["mounted"],
			planted["entrypoint"],
		},
	})
	if err != nil || left != "" {
		t.Errorf("%s: secrets are in its files: %s %v", ref, left, err)
	}
}

func TestImageWithASecretGetsNoName(t *testing.T) {
	t.Parallel()
	const secret = "found-wherever-it-is-7"
	e := requireEngine(t)
	for name, c := range map[string]struct {
		edit  func(*types.ServiceConfig)
		files map[string]string
		where string
	}{
		"a volume that the server writes to": {
			edit: func(s *types.ServiceConfig) {
				s.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: configVolume(t), Target: "/var/kept"}}
			},
			files: map[string]string{"/var/kept/deep.conf": "key = " + secret}, where: "/var/kept/deep.conf",
		},
		"the service's own image": {
			edit:  func(s *types.ServiceConfig) { s.Image = imageWith(t, e, "ENV BUILT_IN="+secret) },
			where: "[BUILT_IN]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, e, service(c.edit), func(id string) error {
				return e.CopyTo(context.Background(), id, "/", archiveOf(t, c.files))
			})
			key := fmt.Sprintf("test-refused-%d-%s", os.Getpid(), newName())
			_, err := server.CommitBase(t.Context(), repository+":"+key, Meta{Key: key}, copyOptions(secret))
			refused(t, err, c.where, secret)
			if _, named, err := e.ImageInspect(t.Context(), repository+":"+key); named || err != nil {
				t.Errorf("it was named nevertheless: %v", err)
			}
		})
	}
}

func TestTheProjectsOwnWordsNeverRejectAnImage(t *testing.T) {
	t.Parallel()
	const word = "feature/badges-2026"
	e := requireEngine(t)
	volume := configVolume(t)
	server := start(t, e, service(func(s *types.ServiceConfig) {
		s.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: volume, Target: "/var/kept"}}
	}), func(id string) error {
		return e.CopyTo(context.Background(), id, "/", archiveOf(t, map[string]string{"/var/kept/deep.conf": "branch = " + word}))
	})
	key := fmt.Sprintf("test-word-%d-%s", os.Getpid(), newName())
	image, err := server.CommitBase(t.Context(), repository+":"+key, Meta{Key: key, Ref: word}, copyOptions(word))
	if err != nil {
		t.Fatal(err)
	}
	defer e.RemoveImage(context.Background(), image.Ref, true) //nolint:errcheck // the sweep at the end tries again
	if err := CheckSecrets(t.Context(), e, image.Ref, NewSecrets([]string{word}), nil); err != nil {
		t.Error(err)
	}
}

func TestImagesAreSearchedBeforeTheyAreShared(t *testing.T) {
	t.Parallel()
	const secret = "found-wherever-it-is-8"
	e := requireEngine(t)
	id, err := e.CreateScript(t.Context(), engine.Script{Image: postgresImage, Text: "true"})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Remove(context.Background(), id) //nolint:errcheck // the sweep at the end tries again
	if err := e.CopyTo(t.Context(), id, "/", archiveOf(t, map[string]string{"/etc/left.conf": "x" + secret, dataDirectory +
		"/table": "of the user's own"})); err != nil {
		t.Fatal(err)
	}
	image, err := e.Commit(t.Context(), id, engine.CommitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.RemoveImage(context.Background(), image, true) //nolint:errcheck // the same
	refused(t, CheckSecrets(t.Context(), e, image, NewSecrets([]string{secret}), nil), "/etc/left.conf", secret)
	if err := CheckSecrets(t.Context(), e, image, NewSecrets([]string{"of the user's own"}), nil); err != nil {
		t.Errorf("the content of tables must be ignored: %v", err)
	}
}

// refused expects a failure that says where a secret is and what to do, but not the secret.
func refused(t *testing.T, err error, where, secret string) {
	t.Helper()
	var failure *report.Failure
	if !errors.As(err, &failure) || report.KindOf(err) != report.KindWork || report.HintOf(err) == "" ||
		!strings.Contains(err.Error(), where) {
		t.Errorf("got %v, hint %q; want a failure that names %s", err, report.HintOf(err), where)
	}
	if err != nil && strings.Contains(err.Error()+report.HintOf(err), secret) {
		t.Errorf("the failure reveals the secret: %v", err)
	}
}

// imageWith builds a variant of the server's image with a Dockerfile instruction.
func imageWith(t *testing.T, e *engine.Engine, instruction string) string {
	t.Helper()
	id, err := e.CreateScript(t.Context(), engine.Script{Image: postgresImage, Text: "true"})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Remove(context.Background(), id) //nolint:errcheck // the sweep at the end tries again
	found, _, err := e.ImageInspect(t.Context(), postgresImage)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := restoreServer(found)
	if err != nil {
		t.Fatal(err)
	}
	image, err := e.Commit(t.Context(), id, engine.CommitOptions{Changes: append(changes, instruction)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.RemoveImage(context.Background(), image, true); err != nil {
			t.Error(err)
		}
	})
	return image
}

// quoted returns a text as a JSON string without its quotes.
func quoted(t *testing.T, text string) string {
	t.Helper()
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// parentOf returns the image that another was made from, if the engine remembers it.
func parentOf(t *testing.T, d engine.Described) string {
	t.Helper()
	var image struct{ Parent string }
	if err := json.Unmarshal(d.JSON, &image); err != nil {
		t.Fatal(err)
	}
	return image.Parent
}
