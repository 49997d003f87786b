package gitrepo

import (
	"context"
	"strings"
)

// CheckedOutWithCRLF returns the tracked files whose lines end in CRLF in the working tree, relative to the root.
func (r *Repo) CheckedOutWithCRLF(ctx context.Context) ([]string, error) {
	entries, err := r.git("ls-files", "--eol", "-z").list(ctx)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries { // "i/lf    w/crlf  attr/text=auto  \tapp/start.sh"
		ends, file, _ := strings.Cut(entry, "\t")
		if strings.Contains(ends, " w/crlf ") || strings.Contains(ends, " w/mixed ") {
			files = append(files, file)
		}
	}
	return files, nil
}
