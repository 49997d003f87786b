package compose

import (
	"context"
	"io/fs"
	"os"
	"slices"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Listing describes the files, directories and links in a directory of this machine, by their paths relative to it,
// with slashes.
type Listing map[string]stamp

// stamp is what tells one state of a file from another: git writes a file anew when it changes.
type stamp struct {
	mode     fs.FileMode
	size     int64
	modified int64 // in nanoseconds
	link     string
}

// List lists a directory; one that does not exist has nothing.
func List(dir string) (Listing, error) {
	found := Listing{}
	return found, walkTree(dir, func(file, rel string, info fs.FileInfo) (err error) {
		is := stamp{mode: info.Mode()}
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			is.link, err = os.Readlink(file)
		case info.Mode().IsRegular():
			is.size, is.modified = info.Size(), info.ModTime().UnixNano()
		}
		found[rel] = is
		return err
	})
}

// Edit records that a file is no longer what it was in the directory, or that there is one more.
func (l Listing) Edit(rel string) { l[rel] = stamp{} }

// removedAtOnce is how many paths one command removes: the length of its arguments is limited.
const removedAtOnce = 500

// RefreshVolume brings a volume up to date that holds what a directory was, through a running container. It copies only
// what has changed, and removes what is gone.
func (c *Client) RefreshVolume(ctx context.Context, f Fill, was, is Listing) error {
	var gone []string
	for rel, old := range was {
		if now, there := is[rel]; !there || now.mode.Type() != old.mode.Type() {
			gone = append(gone, "/"+entryName(f.Target, rel))
		}
	}
	for paths := range slices.Chunk(gone, removedAtOnce) {
		command := append([]string{"rm", "-rf", "--"}, paths...)
		code, err := c.engine.Exec(ctx, f.Container, engine.ExecOptions{Cmd: command, User: "0"})
		if err == nil && code != 0 {
			err = report.Fail(report.KindWork, "", "rm exited with status %d", code)
		}
		if err != nil {
			return report.Fail(report.KindWork, "", "remove what the private tree %s no longer has from a container: %w", f.Dir, err)
		}
	}
	changed := func(rel string) bool { old, there := was[rel]; return !there || old != is[rel] }
	if !anyOf(is, changed) {
		return nil
	}
	owner, err := c.owner(ctx, f)
	if err != nil {
		return err
	}
	return c.copyTree(ctx, f, owner, changed)
}

func anyOf(l Listing, wanted func(rel string) bool) bool {
	for rel := range l {
		if wanted(rel) {
			return true
		}
	}
	return false
}
