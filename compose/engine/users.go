package engine

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/moby/sys/user"
)

// UserIDs are the numbers of a user and a group of a container, running or not, which a service or an image writes as "", "999",
// "postgres", "999:999" or "postgres:postgres". Names are those of the container's own /etc/passwd and /etc/group, and so is the
// group of a user that is written without one; a number that is not listed there stands for itself.
func (e *Engine) UserIDs(ctx context.Context, id, written string) (uid, gid int, err error) {
	return userIDs(written, func(path string) ([]byte, error) {
		content, _, err := e.ReadFile(ctx, id, path) // without the file, nobody is listed
		return content, err
	})
}

// userIDs reads no file where the numbers say all: an image may have none.
func userIDs(written string, read func(path string) ([]byte, error)) (uid, gid int, err error) {
	_, group, grouped := strings.Cut(written, ":")
	if numbers, err := user.GetExecUser(written, nil, nil, nil); err == nil && (written == "" || grouped && group != "") {
		return numbers.Uid, numbers.Gid, nil
	}
	passwd, err := read("/etc/passwd")
	if err != nil {
		return 0, 0, err
	}
	var groups io.Reader
	if grouped {
		content, err := read("/etc/group")
		if err != nil {
			return 0, 0, err
		}
		groups = bytes.NewReader(content)
	}
	found, err := user.GetExecUser(written, nil, bytes.NewReader(passwd), groups)
	if err != nil {
		return 0, 0, err
	}
	return found.Uid, found.Gid, nil
}
