package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// freeShorthand lets a command use a global flag's shorthand for a flag of its own, as Compose's commands do. Before
// the command it still is the global flag's.
func (g *globals) freeShorthand(c *cobra.Command, name string) {
	flag := *g.flags.Lookup(name)
	flag.Usage += "; -" + flag.Shorthand + " only before the command"
	flag.Shorthand = ""
	c.Flags().AddFlag(&flag)
}

// spelledOut returns arguments in which shorthands of global flags before a command that uses them itself are written
// out.
func spelledOut(root *cobra.Command, args []string) []string {
	command, rest, err := root.Find(args)
	if err != nil || command == root {
		return args // the same error occurs again when they are parsed
	}
	before := 0
	for before < len(rest) && args[before] == rest[before] {
		before++
	}
	args = slices.Clone(args)
	root.PersistentFlags().VisitAll(func(global *pflag.Flag) {
		if own := command.Flags().Lookup(global.Name); own == nil || own.Shorthand == global.Shorthand {
			return
		}
		for i, arg := range args[:before] {
			if value, ok := strings.CutPrefix(arg, "-"+global.Shorthand); ok && value == "" {
				args[i] = "--" + global.Name
			} else if ok && global.NoOptDefVal == "" {
				args[i] = "--" + global.Name + "=" + strings.TrimPrefix(value, "=")
			}
		}
	})
	return args
}
