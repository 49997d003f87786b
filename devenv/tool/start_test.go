package tool

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/discover"
	"devenv/devenv/report"
	"devenv/migrations/alembic"
)

func TestTheToolWritesIntoReadOnlyMounts(t *testing.T) {
	t.Parallel()
	var service types.ServiceConfig
	service.Volumes = []types.ServiceVolumeConfig{
		{Type: types.VolumeTypeVolume, Source: "code", Target: "/app", ReadOnly: true},
		{Type: types.VolumeTypeBind, Source: "/etc/shared", Target: "/shared", ReadOnly: true},
	}
	project := &types.Project{Services: types.Services{"app": service}}
	configureService(project, discover.MigrationTool{Service: "app", Kind: alembic.Kind()})
	mounts := project.Services["app"].Volumes
	if mounts[0].ReadOnly {
		t.Error("the copy of the code is read-only, so no revision can be written into it")
	}
	if !mounts[1].ReadOnly {
		t.Error("a directory of the host has become writable")
	}
}

func TestPackagesTheCommandInstallsBelongInTheImage(t *testing.T) {
	t.Parallel()
	missing := report.Fail(report.KindUsage, "install alembic", "no Python interpreter with alembic found in this container")
	var service types.ServiceConfig
	service.Command = types.ShellCommand{"sh", "-c", "pip install -q -r requirements.txt && alembic upgrade head"}
	if hint := report.HintOf(installedLater(missing, service)); !strings.Contains(hint, "RUN pip install -q -r requirements.txt") ||
		strings.Contains(hint, "upgrade") {
		t.Errorf("the hint is %q", hint)
	}
	service.Command = types.ShellCommand{"alembic", "upgrade", "head"}
	if hint := report.HintOf(installedLater(missing, service)); hint != "install alembic" {
		t.Errorf("where nothing is installed, it is %q", hint)
	}
}
