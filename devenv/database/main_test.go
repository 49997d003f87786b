package database

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/go-units"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"

	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
)

// postgresImage is the image that the tests run on; scripts/images pulls it.
const postgresImage = "postgres:17"

// testLabel returns the label on everything that this process makes on the engine.
func testLabel() (name, value string) {
	return "dev.devenv.test", fmt.Sprintf("database-%d", os.Getpid())
}

func TestMain(m *testing.M) {
	code := m.Run()
	if err := sweepTests(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// sweepTests removes what the tests left.
func sweepTests() error {
	ctx := context.Background()
	e, err := engine.Connect(ctx, engine.Endpoint{Host: host()})
	if err != nil {
		return nil // each test that needed it has reported that
	}
	defer e.Close() //nolint:errcheck // the process ends
	name, value := testLabel()
	_, err = e.Sweep(ctx, name+"="+value)
	return err
}

func host() string {
	if h := os.Getenv("DOCKER_HOST"); h != "" {
		return h
	}
	return "unix:///var/run/docker.sock"
}

// service returns a Compose service as projects write it, changed by edit.
func service(edit func(*types.ServiceConfig)) types.ServiceConfig {
	svc := types.ServiceConfig{Name: "postgres"}
	svc.Image = postgresImage
	svc.Environment = types.MappingWithEquals{"POSTGRES_PASSWORD": ptr(testPassword)}
	svc.Command = types.ShellCommand{"postgres", "-c", "max_connections=300"}
	if edit != nil {
		edit(&svc)
	}
	return svc
}

// names numbers the objects that the tests of this process create.
var names atomic.Int64

func newName() string { return fmt.Sprintf("db%d", names.Add(1)) }

// testPassword contains every character that has ever broken a connection string.
const testPassword = `p@ss%41:w/o'rd"\ &`

func ptr(s string) *string { return &s }

// startService moves a service's data, creates its container with the labels of Compose and Testcontainers, passes it
// to prepare, and starts it.
func startService(ctx context.Context, e *engine.Engine, svc types.ServiceConfig, prepare func(id string) error) (*Server, error) {
	settings, err := SettingsOf(&types.Project{Services: types.Services{svc.Name: svc}}, svc.Name)
	if err != nil {
		return nil, err
	}
	scratch, err := moved(ctx, e, svc)
	if err != nil {
		return nil, err
	}
	made, err := NewCloner(e).create(ctx, requestOf(scratch))
	if err != nil {
		return nil, err
	}
	if prepare != nil {
		if err := prepare(made.GetContainerID()); err != nil {
			return nil, err
		}
	}
	return Start(ctx, e, made.GetContainerID(), settings)
}

// moved returns a service as a scratch container has it.
func moved(ctx context.Context, e *engine.Engine, svc types.ServiceConfig) (types.ServiceConfig, error) {
	image, _, err := e.ImageInspect(ctx, svc.Image)
	if err != nil {
		return svc, err
	}
	p := &types.Project{Name: "test", Services: types.Services{svc.Name: svc}}
	err = MoveData(p, svc.Name, image)
	return p.Services[svc.Name], err
}

// requestOf stands in for Compose.
func requestOf(svc types.ServiceConfig) testcontainers.ContainerRequest {
	name, value := testLabel()
	env := map[string]string{}
	for k, v := range svc.Environment {
		env[k] = *v
	}
	port := fmt.Sprintf("%d/tcp", svc.Ports[0].Target)
	tmpfs := map[string]string{}
	for _, t := range svc.Tmpfs {
		tmpfs[t] = ""
	}
	return testcontainers.ContainerRequest{
		Image: svc.Image, Env: env, Cmd: svc.Command, Entrypoint: svc.Entrypoint, Tmpfs: tmpfs, ExposedPorts: []string{port},
		Labels: map[string]string{
			name: value, "com.docker.compose.project": "test", "dev.devenv.run": "12345678",
			"dev.devenv.worktree": "abc", "project.own": "kept",
		},
		ConfigModifier: func(c *container.Config) { c.User = svc.User },
		HostConfigModifier: func(h *container.HostConfig) {
			h.ReadonlyRootfs = svc.ReadOnly
			h.PortBindings = network.PortMap{network.MustParsePort(port): {{HostPort: "0"}}}
			h.Ulimits = []*units.Ulimit{{Name: "nofile", Soft: 4096, Hard: 4096}}
			for _, v := range svc.Volumes {
				if v.Source == dataVolume { // removed with the container, or by its label where a clone has taken it over
					h.Mounts = append(h.Mounts, mount.Mount{
						Type: mount.TypeVolume, Target: v.Target,
						VolumeOptions: &mount.VolumeOptions{Labels: map[string]string{name: value}},
					})
				} else {
					h.Binds = append(h.Binds, v.Source+":"+v.Target)
				}
			}
		},
	}
}

// start starts a service for one test.
func start(t *testing.T, e *engine.Engine, svc types.ServiceConfig, prepare func(id string) error) *Server {
	t.Helper()
	server, err := startService(t.Context(), e, svc, prepare)
	if err != nil {
		t.Fatal(err)
	}
	removeLater(t, server)
	return server
}

func removeLater(t *testing.T, server *Server) {
	t.Cleanup(func() {
		if err := server.Remove(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// copyOptions returns options with secrets that the tests' images must not contain.
func copyOptions(secrets ...string) CopyOptions {
	name, value := testLabel()
	return CopyOptions{Labels: map[string]string{name: value}, Secrets: NewSecrets(append(secrets, testPassword))}
}

// keep commits a server for one test.
func keep(t *testing.T, e *engine.Engine, server *Server, meta Meta) Image {
	t.Helper()
	meta.Key = fmt.Sprintf("test-%d-%s", os.Getpid(), newName())
	image, err := server.CommitBase(t.Context(), repository+":"+meta.Key, meta, copyOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.RemoveImage(context.Background(), image.Ref, true); err != nil {
			t.Error(err)
		}
	})
	return image
}

// clone starts a clone for one test, with the service's data moved.
func clone(t *testing.T, e *engine.Engine, o CloneOptions) *Server {
	t.Helper()
	name, value := testLabel()
	o.Labels = map[string]string{name: value}
	if o.Service != nil {
		svc, err := moved(t.Context(), e, *o.Service)
		if err != nil {
			t.Fatal(err)
		}
		o.Service = &svc
	}
	server, err := NewCloner(e).Clone(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	removeLater(t, server)
	return server
}

// queryText runs a query that returns one text.
func queryText(t *testing.T, server *Server, sql string) string {
	t.Helper()
	conn, err := server.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // the test reads what it needs before
	var text string
	if err := conn.QueryRow(t.Context(), sql).Scan(&text); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

func execute(t *testing.T, server *Server, sql string) {
	t.Helper()
	conn, err := server.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // the statements have completed
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func requireEngine(t *testing.T) *engine.Engine {
	t.Helper()
	enginetest.Images(t, postgresImage)
	return enginetest.Require(t)
}
