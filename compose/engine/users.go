package engine

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/moby/sys/user"
)

// UserIDs returns the numeric ids of a user and a group of a container, running or not. Services and images write
// them as "", "999", "postgres", "999:999" or "postgres:postgres". Names, and the group of a user written without
// one, are looked up in the container's own /etc/passwd and /etc/group; a number that is not listed there stands for
// itself.
func (e *Engine) UserIDs(ctx context.Context, id, written string) (uid, gid int, err error) {
	return userIDs(written, func(path string) ([]byte, error) {
		content, _, err := e.ReadFile(ctx, id, path) // without the file, nobody is listed
		return content, err
	})
}

// userIDs reads no file if the numbers suffice: an image may have none.
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
