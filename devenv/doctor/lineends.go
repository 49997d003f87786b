package doctor

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"devenv/compose/readiness"
)

// examineLineEnds looks for scripts that git checked out with Windows line endings, which no container can run.
func examineLineEnds(ctx context.Context, t *target) finding {
	if t.repo == nil {
		return skip("there is no repository")
	}
	files, err := t.repo.CheckedOutWithCRLF(ctx)
	if err != nil {
		return fail(err.Error(), "")
	}
	var scripts []string
	for _, file := range files {
		content, err := beginning(filepath.Join(t.repo.Root(), file))
		if err != nil {
			return fail(err.Error(), "")
		}
		if readiness.WindowsScript(content) {
			scripts = append(scripts, file)
		}
	}
	if len(scripts) == 0 {
		return pass("no script has Windows line endings")
	}
	more := ""
	if n := len(scripts) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more: %s)", n, strings.Join(scripts[1:], ", "))
	}
	return warn(scripts[0]+" has Windows line endings, so no container can run it"+more, readiness.UnixLineEnds(scripts[0]))
}

// beginning returns the first bytes of a file, which contain the first line of a script.
func beginning(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read from
	return io.ReadAll(io.LimitReader(f, 256))
}
