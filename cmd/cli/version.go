package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
)

// versionItem describes this binary.
type versionItem struct {
	// Version is the module's version, "(devel)" if it was built from a checkout.
	Version string `json:"version"`
	// Commit is the commit it was built from, followed by "+" if files were changed; empty if unknown.
	Commit   string `json:"commit,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// String returns the item in plain text.
func (v versionItem) String() string {
	text := "devenv " + v.Version
	if v.Commit != "" {
		text += " at " + v.Commit
	}
	return fmt.Sprintf("%s, %s, %s", text, v.Go, v.Platform)
}

// version returns the command that shows which devenv this is.
func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show which devenv this is",
		Long:    "Shows which devenv this is, what it was built from, and for which platform.\n\nExit status: 0 done, 2 wrong flags.",
		Example: "  devenv version\n  devenv --format json version",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.run(c.Context(), func(context.Context, devenv.Options) (outcome, error) {
				list := report.NewItems(c.Name())
				list.Items = append(list.Items, buildVersion())
				return items{Items: list}, nil
			})
		},
	}
}

// buildVersion returns what the Go tool recorded in the binary.
func buildVersion() versionItem {
	v := versionItem{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	changed := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			v.Commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	v.Commit += changed
	return v
}
