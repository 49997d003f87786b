package generate

import (
	"strings"

	"devenv/devenv/report"
)

// followOne refuses to join lines that the base keeps apart by design: each of its heads has a label of its own, and
// nothing says which one the new revision belongs to.
func (w *writer) followOne() error {
	heads := w.BaseHeads()
	if len(w.migration.Revisions) > 0 || len(heads) < 2 {
		return nil
	}
	lines := make([]string, len(heads))
	for i, head := range heads {
		label := w.migration.History.Label(head)
		if label == "" {
			return nil
		}
		lines[i] = label + "@" + head
	}
	return report.Fail(report.KindUsage,
		"make its file with the tool itself, which takes the line as its head, and then: devenv test-migration",
		"%s keeps several lines apart by their labels (%s), and a new revision would join them", w.BaseName(), strings.Join(lines, ", "))
}
