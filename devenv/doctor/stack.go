package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/database"
	"devenv/devenv/inside"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/stack"
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
		return warn(fmt.Sprintf("%q of %s %s, or was interrupted there", "devenv "+x.Command, x.At.Local().Format("15:04"), x.Doing()),
			"if it no longer runs, devenv doctor --fix completes it, as does devenv up")
	}
	return pass("no replacement of data was interrupted")
}

// examineKept reports how much replaced data is still kept, and for how long.
func examineKept(ctx context.Context, t *target) finding {
	if t.repo == nil || t.client == nil {
		return skip("there is no repository, or no engine")
	}
	kept, err := userdata.Kept(ctx, t.client.Engine(), t.repo)
	if err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	if len(kept) == 0 {
		return pass("no replaced data is kept for undo")
	}
	return pass(fmt.Sprintf("%s; the last one stays, and at most %d more, for %d days, up to %d GB", keptWhere(kept),
		userdata.KeptCount-1, userdata.KeptDays, userdata.KeptBytes>>30))
}

// keptWhere says how much replaced data is kept, and where. Undo does not bring back what it has replaced itself.
func keptWhere(kept []userdata.Replaced) string {
	var bytes int64
	var stores []string
	undone := 0
	for _, k := range kept {
		bytes += k.Meta.Bytes
		if store := k.Store.String(); !slices.Contains(stores, store) {
			stores = append(stores, store)
		}
		if !k.Undoable() {
			undone++
		}
	}
	text := fmt.Sprintf("%s kept in %s, %s", report.Count(len(kept), "replaced database"), strings.Join(stores, " and "), report.Megabytes(bytes))
	switch undone {
	case 0:
		return text + ", for undo"
	case len(kept):
		return text + ", replaced by undo"
	}
	return fmt.Sprintf("%s, %d of them for undo", text, len(kept)-undone)
}

// fixExchange opens the workspace, which completes what was interrupted and removes leftovers.
func fixExchange(ctx context.Context, t *target) error {
	s := session.New("doctor",
		session.Options{Dir: t.Choice.Dir, Compose: t.Choice.Compose, Host: t.Choice.Host, Context: t.Choice.Context})
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
	return pass("nobody else is using the stack's ports")
}

// imageOf returns the image of a service, by the name that Compose gives to one that it builds.
func imageOf(project string, service types.ServiceConfig) string {
	return cmp.Or(service.Image, project+"-"+service.Name)
}

// examineData looks at data in a directory of the host: who owns it, and whether git ignores it.
func examineData(ctx context.Context, t *target) finding {
	if t.view == nil {
		return skip(noProject)
	}
	service, err := t.view.FindDatabase(ctx)
	if err != nil {
		return warn(err.Error(), report.HintOf(err))
	}
	if hint := database.LacksPassword(t.view.Model, service); hint != "" {
		return warn(service+" sets no password, and a new database refuses to start without one", hint)
	}
	root, model := t.repo.Root(), t.view.Model.Services[service]
	image, known, err := t.client.Engine().ImageInspect(ctx, imageOf(t.view.Model.Name, model))
	data, kept := database.Kept(service, model, image)
	known = known && err == nil // otherwise examineImages reports it
	if known && !kept {
		return warn(data.String(), data.Remedy())
	}
	for _, v := range model.Volumes {
		if v.Type == types.VolumeTypeBind && (strings.Contains(v.Target, "postgres") || known && path.Clean(v.Target) == data.Mounted) {
			if info, err := os.Stat(v.Source); err == nil && info.IsDir() || errors.Is(err, fs.ErrNotExist) && path.Ext(v.Target) == "" {
				return judgeDataDirectory(ctx, root, service, v.Source, info)
			}
		}
	}
	if !known {
		return skip("where " + service + " keeps its data is known once its image is on the engine")
	}
	return pass("the data of " + service + " is in a volume")
}

// judgeDataDirectory judges where a database's data is; info is nil if the directory does not exist yet.
func judgeDataDirectory(ctx context.Context, root, service, dir string, info fs.FileInfo) finding {
	verb := "is in"
	if info == nil {
		verb = "will be in"
	}
	rel, ok := inside.Rel(root, dir)
	if !ok {
		return warn(fmt.Sprintf("the data of %s %s %s, outside the repository", service, verb, dir),
			"move it into the repository, or use a named volume; devenv reset needs one or the other")
	}
	where := fmt.Sprintf("the data of %s %s %s%s", service, verb, rel, owned(info))
	if !ignored(ctx, root, rel+"/") {
		return warn(where+", and git does not ignore it", "echo /"+filepath.ToSlash(rel)+"/ >> .gitignore")
	}
	return pass(where + "; devenv reset and snapshot need no sudo for it")
}

// owned returns a note about the owner of a directory if it is another user.
func owned(info fs.FileInfo) string {
	if info == nil {
		return ""
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Getuid() {
		return fmt.Sprintf(", which belongs to user %d", stat.Uid)
	}
	return ""
}

// ignored reports whether git ignores a directory.
func ignored(ctx context.Context, root, path string) bool {
	c := exec.CommandContext(ctx, "git", "check-ignore", "-q", path)
	c.Dir = root
	return c.Run() == nil
}

func examineStack(ctx context.Context, t *target) finding {
	if t.view == nil {
		return skip(noProject)
	}
	var unhealthy, said, remedies, slowly []string
	running := 0
	for _, name := range t.view.Model.ServiceNames() {
		item, c, err := t.view.Service(ctx, name)
		switch {
		case err != nil:
			return fail(err.Error(), report.HintOf(err))
		case item.Unhealthy():
			if cause, known := t.view.Cause(ctx, item); known {
				said = append(said, fmt.Sprintf("%s (%s): %s", name, stateOf(item), cause.Said))
				remedies = append(remedies, cause.Remedy)
				continue
			}
			unhealthy = append(unhealthy, fmt.Sprintf("%s (%s)", name, stateOf(item)))
		case item.State == "running":
			running++
			if slow := stack.SlowLoop(item, c, time.Now()); slow != "" {
				slowly = append(slowly, slow)
			}
		}
	}
	return judgeStack(said, remedies, unhealthy, slowly, running)
}

// judgeStack judges services: what is said of those whose cause is known, with the remedies, and the names of others
// that are unhealthy. slowly says which run now but have ended before.
func judgeStack(said, remedies, unhealthy, slowly []string, running int) finding {
	if len(said) > 0 {
		return fail(strings.Join(slices.Concat(said, unhealthy), "; "), strings.Join(remedies, "\n"))
	}
	if len(unhealthy) > 0 {
		first, _, _ := strings.Cut(unhealthy[0], " ")
		return warn("unhealthy: "+strings.Join(unhealthy, ", "), "devenv logs "+first+"; devenv up")
	}
	if len(slowly) > 0 {
		return warn(strings.Join(slowly, "; "), "devenv up starts what has ended, and watches it")
	}
	return pass(report.Count(running, "service") + " running, none unhealthy")
}

// stateOf describes the state of a service, for people to read.
func stateOf(item stack.StatusItem) string {
	state := strings.TrimSpace(item.State + " " + item.Health)
	if item.ExitCode != 0 {
		state += fmt.Sprintf(" with %d", item.ExitCode)
	}
	if item.Restarts > 0 {
		state += ", restarted " + report.Count(item.Restarts, "time")
	}
	return state
}

func examineRevision(ctx context.Context, t *target) finding {
	if t.view == nil {
		return skip(noProject)
	}
	item, ok := t.view.Database(ctx)
	switch {
	case !ok:
		return skip("no database was found")
	case item.State == "paused":
		return skip("the database is paused")
	case item.State != "running":
		return skip("the database is not running")
	case item.Unread != "":
		return skip("the database's revision could not be read: " + item.Unread)
	case len(item.Revisions) == 0:
		return skip("no revision is recorded in the database")
	case item.OnBranch == nil:
		return skip("the branch's revisions are not known, to compare the database with")
	case !*item.OnBranch:
		return warn(fmt.Sprintf("the database is at %s, which is not on this branch: its backend may not start",
			strings.Join(item.Revisions, ", ")), "devenv reset (it keeps what the database holds)")
	}
	return pass("the database is at " + strings.Join(item.Revisions, ", ") + ", which this branch has" + item.Behind())
}
