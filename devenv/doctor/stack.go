package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/inside"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/userdata"
)

func examineExchange(_ context.Context, t *target) finding {
	if t.repo == nil {
		return skip("there is no repository")
	}
	x, err := userdata.UnderWay(t.repo)
	switch {
	case err != nil:
		return fail(err.Error(), report.HintOf(err))
	case x != nil:
		return warn(fmt.Sprintf("%q of %s was cut off while it exchanged the data of %s", "devenv "+x.Command, x.At.Local().Format("15:04"), x.Store.Service),
			"devenv doctor --fix ends it, as does devenv up")
	}
	return pass("no exchange of data was cut off")
}

// examineKept returns how much of what exchanges have replaced is still there, and how long it stays.
func examineKept(ctx context.Context, t *target) finding {
	if t.repo == nil || t.client == nil {
		return skip("there is no repository, or no engine")
	}
	kept, err := userdata.Kept(ctx, t.client.Engine(), t.repo)
	if err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	if len(kept) == 0 {
		return pass("no exchange of data has left anything to undo")
	}
	var bytes int64
	for _, k := range kept {
		bytes += k.Meta.Bytes
	}
	return pass(fmt.Sprintf("%s kept for undo in %s, %s; the last stays, with at most %d more, for %d days, up to %d GB",
		report.Count(len(kept), "replaced database"), kept[0].Store, report.Megabytes(bytes), userdata.KeptCount-1, userdata.KeptDays, userdata.KeptBytes>>30))
}

// fixExchange opens the workspace, which ends what was cut off and removes what was left.
func fixExchange(ctx context.Context, t *target) error {
	s := session.New("doctor", session.Options{Dir: t.Choice.Dir, Compose: t.Choice.Compose, Host: t.Choice.Host, Context: t.Choice.Context})
	if err := s.Open(ctx, userdata.Recover); err != nil {
		return err
	}
	return s.Close(ctx)
}

func examineLeftovers(ctx context.Context, t *target) finding {
	if t.client == nil {
		return skip(noEngine)
	}
	var left []CleanItem
	if err := cleanLeftovers(ctx, t.client.Engine(), true, func(i CleanItem) { left = append(left, i) }); err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	if len(left) > 0 {
		return warn(report.Count(len(left), "object")+" of interrupted runs on the engine", "devenv clean")
	}
	return pass("nothing of interrupted runs is on the engine")
}

func fixLeftovers(ctx context.Context, t *target) error {
	return cleanLeftovers(ctx, t.client.Engine(), false, func(CleanItem) {})
}

func examinePorts(ctx context.Context, t *target) finding {
	if t.view == nil {
		return skip(noProject)
	}
	if err := t.view.CheckPorts(ctx); err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	return pass("nobody else holds the ports of the stack")
}

// examineData looks at data that lies in a directory of the host: whose it is, and whether git would take it.
func examineData(ctx context.Context, t *target) finding {
	if t.view == nil {
		return skip(noProject)
	}
	service, err := t.view.FindDatabase(ctx)
	if err != nil {
		return warn(err.Error(), report.HintOf(err))
	}
	root := t.repo.Root()
	for _, v := range t.view.Model.Services[service].Volumes {
		if v.Type == types.VolumeTypeBind && strings.Contains(v.Target, "postgres") {
			if info, err := os.Stat(v.Source); err == nil && info.IsDir() || errors.Is(err, fs.ErrNotExist) && path.Ext(v.Target) == "" {
				return judgeDataDirectory(ctx, root, service, v.Source, info)
			}
		}
	}
	return pass("the data of " + service + " lies in a volume")
}

// judgeDataDirectory judges where a database's data lies; info is nil for a directory that is not there yet.
func judgeDataDirectory(ctx context.Context, root, service, dir string, info fs.FileInfo) finding {
	lies := "lies in"
	if info == nil {
		lies = "will lie in"
	}
	rel, ok := inside.Rel(root, dir)
	if !ok {
		return warn(fmt.Sprintf("the data of %s %s %s, outside the repository", service, lies, dir), "move it inside, or use a named volume: devenv reset works on those alone")
	}
	where := fmt.Sprintf("the data of %s %s %s%s", service, lies, rel, owned(info))
	if !ignored(ctx, root, rel+"/") {
		return warn(where+", and git does not ignore it", "echo /"+filepath.ToSlash(rel)+"/ >> .gitignore")
	}
	return pass(where + "; devenv reset and snapshot need no sudo for it")
}

// owned names the owner of a directory that is another user's.
func owned(info fs.FileInfo) string {
	if info == nil {
		return ""
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Getuid() {
		return fmt.Sprintf(", which belongs to user %d", stat.Uid)
	}
	return ""
}

// ignored returns whether git ignores a directory.
func ignored(ctx context.Context, root, path string) bool {
	c := exec.CommandContext(ctx, "git", "check-ignore", "-q", path)
	c.Dir = root
	return c.Run() == nil
}

func examineStack(ctx context.Context, t *target) finding {
	if t.view == nil {
		return skip(noProject)
	}
	var unsound []string
	running := 0
	for _, name := range t.view.Model.ServiceNames() {
		item, _, err := t.view.Service(ctx, name)
		switch {
		case err != nil:
			return fail(err.Error(), report.HintOf(err))
		case item.Health == "unhealthy", item.Restarts > 0, item.State == "exited" && item.ExitCode != 0:
			state := strings.TrimSpace(item.State + " " + item.Health)
			if item.Restarts > 0 {
				state += fmt.Sprintf(", started again %d times", item.Restarts)
			}
			unsound = append(unsound, name+" ("+state+")")
		case item.State == "running":
			running++
		}
	}
	if len(unsound) > 0 {
		first, _, _ := strings.Cut(unsound[0], " ")
		return warn("not well: "+strings.Join(unsound, ", "), "devenv logs "+first+"; devenv up")
	}
	return pass(report.Count(running, "service") + " running, none unwell")
}

func examineRevision(ctx context.Context, t *target) finding {
	if t.view == nil {
		return skip(noProject)
	}
	item, ok := t.view.Database(ctx)
	switch {
	case !ok:
		return skip("no database is found")
	case len(item.Revisions) == 0 || item.OnBranch == nil:
		return skip("the database does not run, or has no revision")
	case !*item.OnBranch:
		return warn(fmt.Sprintf("the database is at %s, which is not on this branch: its backend would not start", strings.Join(item.Revisions, ", ")), "devenv reset (what the database holds is kept)")
	}
	return pass("the database is at " + strings.Join(item.Revisions, ", ") + ", which this branch has")
}
