package cli

import (
	"strings"
	"testing"
)

func TestLogsCannotControlTheTerminal(t *testing.T) {
	for colors, want := range map[bool]string{
		false: "backend              | INFO started\\u202e\n",
		true:  "backend              | \x1b[32mINFO\x1b[0m started\\u202e\x1b[m\n",
	} {
		var out strings.Builder
		var failed error
		logLines(&out, colors, &failed)("backend", "\x1b[32mINFO\x1b[0m \x1b]0;title\x07\x1b[2Jstarted\u202e")
		if out.String() != want || failed != nil {
			t.Errorf("with colours %v: %q, %v", colors, out.String(), failed)
		}
	}
}
