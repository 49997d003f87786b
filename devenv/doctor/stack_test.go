package doctor

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestDirectoriesNamedWithTwoDotsAreInside(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "git", "init", "-q", root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	found := judgeDataDirectory(t.Context(), root, "db", filepath.Join(root, "..data"), nil)
	if strings.Contains(found.summary, "outside") || !strings.Contains(found.remedy, "/..data/ >> .gitignore") {
		t.Errorf("%+v", found)
	}
}
