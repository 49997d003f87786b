package compose

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMountedByListsWhatAServiceSees(t *testing.T) {
	iso := isolateText(t, `
services:
  db:
    image: db
    volumes: ["./conf:/etc/conf:ro", "./one.conf:/etc/one.conf", "data:/data", "/etc/localtime:/etc/localtime"]
    secrets: [password]
    configs: [banner]
  app: {image: app, volumes: ["./conf:/conf", "./src:/src"], secrets: [password]}
volumes: {data: {}}
secrets: {password: {file: ./password.txt}}
configs: {banner: {content: hello}}
`, nil, []string{"db", "app"}, "one.conf", "password.txt", "conf/a.conf", "src/a.py")
	m := iso.MountedBy("db", "/tree")
	var seen []string
	for _, f := range m.Files {
		seen = append(seen, f.Target)
	}
	for _, d := range m.Directories {
		seen = append(seen, d.Dir+" "+d.Target)
	}
	want := []string{"/etc/one.conf", "/run/secrets/password", "/banner", filepath.Join("/tree", "conf") + " /etc/conf"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("it sees (-want +got):\n%s", diff)
	}
}
