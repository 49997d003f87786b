package cli

import (
	"slices"
	"strings"
	"testing"
)

func TestShorthandsMeanWhatComposeMeans(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"-f a.yml logs -f":              "--file a.yml logs -f",
		"-fa.yml -p shop logs -n 5 -f":  "--file=a.yml -p shop logs -n 5 -f",
		"-f=a.yml logs":                 "--file=a.yml logs",
		"-f a.yml up -f b.yml":          "-f a.yml up -f b.yml",
		"-v down --dry-run":             "--verbose down --dry-run",
		"down -v":                       "down -v",
		"-v up":                         "-v up",
		"-f a.yml snapshot save before": "-f a.yml snapshot save before",
		"-f a.yml nothing":              "-f a.yml nothing",
	} {
		if got := spelledOut((&app{}).root(), strings.Fields(given)); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("devenv %s is read as %v", given, got)
		}
	}
}

func TestFollowingLogsIsNotAComposeFile(t *testing.T) {
	t.Parallel()
	a := &app{args: []string{"-f", "a.yml", "logs", "--file", "b.yml", "-f", "backend"}}
	command, rest, err := a.root().Find(spelledOut(a.root(), a.args))
	if err == nil {
		err = command.ParseFlags(rest)
	}
	if err != nil {
		t.Fatal(err)
	}
	follow, files := command.Flags().Lookup("follow").Value.String(), a.global.compose.Files
	if follow != "true" || !slices.Equal(files, []string{"a.yml", "b.yml"}) || !slices.Equal(command.Flags().Args(), []string{"backend"}) {
		t.Errorf("follow is %s, the files are %v, the services %v", follow, files, command.Flags().Args())
	}
}
