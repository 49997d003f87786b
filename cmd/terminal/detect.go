package terminal

import (
	"os"

	"golang.org/x/term"
)

// defaultWidth is used if a terminal does not report its size (0×0: some containers, some CI).
const defaultWidth = 80

// Detect returns what a file, usually standard error, can show. Progress is live only on a terminal, and not if TERM is
// dumb or CI is set; the same holds for colours, which NO_COLOR turns off as well (https://no-color.org: any value
// except an empty one). Env is os.Getenv, or a stand-in for it.
func Detect(err *os.File, env func(string) string) Options {
	o := Options{Err: err}
	if !isTerminal(err) {
		return o
	}
	o.Width = func() int {
		width, _, e := term.GetSize(int(err.Fd()))
		if e != nil || width <= 0 {
			return defaultWidth
		}
		return width
	}
	o.Live = !isDumb(env) && !InCI(env)
	o.Color = !isDumb(env) && env("NO_COLOR") == ""
	return o
}

// isDumb reports whether the terminal shows only lines of text.
func isDumb(env func(string) string) bool { return env("TERM") == "dumb" || env("TERM") == "" }

// InCI reports whether devenv runs in continuous integration, where nobody watches, even on a terminal.
func InCI(env func(string) string) bool {
	return env("CI") != "" && env("CI") != "false" && env("CI") != "0"
}

func isTerminal(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }
