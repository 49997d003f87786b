package report

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/docker/go-units"
)

// Count returns a number with its noun: "1 migration", "2 migrations".
func Count[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Size returns a number of bytes in a suitable unit, up to gigabytes: "512 kB", "12 MB", "1.5 GB".
func Size(n int64) string {
	if n >= units.GiB {
		return units.CustomSize("%.1f %s", float64(n)/units.KiB, units.KiB, []string{"kB", "MB", "GB"})
	}
	return Megabytes(n)
}

// Megabytes returns a number of bytes in at most megabytes, for comparing sizes: "512 kB", "12 MB", "5120 MB".
func Megabytes(n int64) string {
	return units.CustomSize("%.0f %s", float64(n)/units.KiB, units.KiB, []string{"kB", "MB"})
}

// ShellWord returns a word as it can be pasted into a shell: in quotes unless it consists of letters, digits and what no
// shell gives a meaning.
func ShellWord(word string) string {
	special := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./:=@%+,", r)
	}
	if word != "" && strings.IndexFunc(word, special) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
