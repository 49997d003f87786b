package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"devenv/devenv"
)

// globals are the flags of every command. They may come before or after the command, as in Compose.
type globals struct {
	compose       devenv.ComposeOptions
	host, context string
	format        format
	verbose       bool
	// flags are the flags as declared.
	flags *pflag.FlagSet
}

// add declares the flags.
func (g *globals) add(flags *pflag.FlagSet) {
	g.flags = flags
	flags.StringArrayVarP(&g.compose.Files, "file", "f", nil, "Compose `file`; may be repeated")
	flags.StringVarP(&g.compose.ProjectName, "project-name", "p", "", "Compose project's `name`")
	flags.StringVar(&g.compose.ProjectDirectory, "project-directory", "", "`directory` that the Compose project's paths are relative to")
	flags.StringArrayVar(&g.compose.EnvFiles, "env-file", nil, "Compose environment `file`; may be repeated")
	flags.StringArrayVar(&g.compose.Profiles, "profile", nil, "Compose `profile`; may be repeated")
	flags.StringVarP(&g.host, "host", "H", "", "Docker `engine` to use, as DOCKER_HOST")
	flags.StringVarP(&g.context, "context", "c", "", "Docker `context` to use, as DOCKER_CONTEXT")
	g.format = formatText
	flags.Var(&g.format, "format", "format of the result: text, json or markdown")
	flags.BoolVarP(&g.verbose, "verbose", "v", false, "show what is otherwise hidden")
}

// format is the output format of a result.
type format string

// The formats of --format.
const (
	formatText     format = "text"
	formatJSON     format = "json"
	formatMarkdown format = "markdown"
)

// formats returns the formats.
func formats() []string {
	return []string{string(formatText), string(formatJSON), string(formatMarkdown)}
}

// String returns the format's name.
func (f *format) String() string { return string(*f) }

// Set reads the flag's value.
func (f *format) Set(value string) error {
	for _, name := range formats() {
		if value == name {
			*f = format(name)
			return nil
		}
	}
	return fmt.Errorf("it must be one of %s", strings.Join(formats(), ", "))
}

// Type returns the value's name in help texts.
func (f *format) Type() string { return "format" }

// wantedFormat returns the format in arguments that could not be parsed, so that a script that asked for JSON gets it.
func wantedFormat(args []string) format {
	wanted := formatText
	for i, arg := range args {
		value, glued := strings.CutPrefix(arg, "--format=")
		switch {
		case arg == "--":
			return wanted
		case arg == "--format" && i+1 < len(args):
			value = args[i+1]
		case !glued:
			continue
		}
		if wanted.Set(value) != nil {
			return formatText
		}
	}
	return wanted
}
