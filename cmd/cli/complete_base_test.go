package cli

import (
	"slices"
	"testing"

	"github.com/spf13/pflag"
)

func TestTheBackgroundGetsTheGivenFlags(t *testing.T) {
	given := []string{"--file=a.yml", "--file=b c.yml", "--host=ssh://there", "--project-name=shop"}
	var g, again globals
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	g.add(flags)
	if err := flags.Parse(given); err != nil {
		t.Fatal(err)
	}
	if got := g.given(); !slices.Equal(got, given) {
		t.Errorf("it gets %q", got)
	}
	flags = pflag.NewFlagSet("", pflag.ContinueOnError)
	again.add(flags)
	if err := flags.Parse(g.given()); err != nil || again.host != g.host || !slices.Equal(again.compose.Files, g.compose.Files) {
		t.Errorf("it reads them as %+v: %v", again, err)
	}
}

func TestNothingGoesOnAfterAJob(t *testing.T) {
	for value, goesOn := range map[string]bool{"true": false, "": true} {
		a := &app{streams: Streams{Env: func(string) string { return value }}}
		if got := a.continuing() != nil; got != goesOn {
			t.Errorf("with CI=%q: %v", value, got)
		}
	}
}
