package report

import (
	"os/exec"
	"testing"
)

func TestCountUsesSingularAndPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 rows", 1: "1 row", 2: "2 rows"} {
		if got := Count(n, "row"); got != want || Count(int64(n), "row") != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestSizeUsesASuitableUnit(t *testing.T) {
	for bytes, want := range map[int64][2]string{
		0:               {"0 kB", "0 kB"},
		512 << 10:       {"512 kB", "512 kB"},
		1 << 20:         {"1 MB", "1 MB"},
		1023 << 20:      {"1023 MB", "1023 MB"},
		3 << 29:         {"1.5 GB", "1536 MB"},
		2048 << 30:      {"2048.0 GB", "2097152 MB"},
		1<<40 - 1<<20*3: {"1024.0 GB", "1048573 MB"},
	} {
		if got := [2]string{Size(bytes), Megabytes(bytes)}; got != want {
			t.Errorf("%d bytes: %q, want %q", bytes, got, want)
		}
	}
}

func TestAShellReadsTheWordBack(t *testing.T) {
	for word, plain := range map[string]bool{
		"feature/a_b-1.x:y=@%+,": true, "/home/jörg/toolshed": true,
		"": false, "two words": false, "it's": false, "$(id)": false, "~/x": false, "a\nb": false, "*": false, "no\u00a0break": false,
	} {
		shown := ShellWord(word)
		if (shown == word) != plain {
			t.Errorf("%q is shown as %s", word, shown)
		}
		read, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+shown).Output()
		if err != nil || string(read) != word {
			t.Errorf("a shell reads %s as %q: %v", shown, read, err)
		}
	}
}
