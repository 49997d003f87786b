package devenv_test

import (
	"strings"
	"testing"

	"devenv/devenv/sample"
)

func TestTheImagesUserNeedNotOwnTheRevisions(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.replace("backend/Dockerfile", "EXPOSE 8080", "USER nobody\nEXPOSE 8080")
	c.replace(composeFile, "    volumes:\n      - ./backend:/app\n", "")
	c.git("commit", "-qam", "Run as somebody who owns nothing")
	c.git("checkout", "-qb", "feature/nobody")
	c.replace(itemModel, "    notes: Mapped", "    colour: Mapped[str | None] = mapped_column(Text)\n    notes: Mapped")
	result := c.must(c.newMigration(dry))
	if !strings.Contains(string(result.File), "colour") {
		t.Errorf("%s", result.File)
	}
}
