package inputs

import (
	"slices"
	"testing"
)

func TestImagesAreThoseOfTheDockerfilesTarget(t *testing.T) {
	for name, c := range map[string]struct {
		dockerfile, target string
		want               []string
	}{
		"one stage":               {"FROM python:3.12\nRUN true", "", []string{"python:3.12"}},
		"a stage that is started": {"FROM node:22 AS web\nFROM python:3.12 AS base\nFROM base\nRUN true", "", []string{"python:3.12"}},
		"copied from a stage": {
			"FROM node:22 AS web\nFROM python:3.12\nCOPY --from=web /out /static", "",
			[]string{"python:3.12", "node:22"},
		},
		"copied by number": {"FROM node:22\nFROM python:3.12\nCOPY --from=0 /out /static", "", []string{"python:3.12", "node:22"}},
		"copied from an image": {
			"FROM python:3.12\nCOPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/", "",
			[]string{"python:3.12", "ghcr.io/astral-sh/uv:0.5"},
		},
		"mounted from an image": {
			"FROM python:3.12\nRUN --mount=type=cache,target=/c --mount=type=bind,from=uv:1,target=/uv \\\n  uv sync",
			"",
			[]string{"python:3.12", "uv:1"},
		},
		"a target":                {"FROM python:3.12 AS prod\nFROM prod AS dev\nCOPY --from=tools:1 /t /t", "PROD", []string{"python:3.12"}},
		"a target that is absent": {"FROM python:3.12", "prod", nil},
		"the default of ARG":      {"ARG PY=\"3.12\"\nARG FLAVOUR=slim\nFROM python:${PY}-${FLAVOUR}", "", []string{"python:3.12-slim"}},
		"a build argument":        {"ARG V=1\nFROM python:$V", "", []string{"python:1"}},
		"a given argument":        {"ARG GIVEN=1\nFROM python:${GIVEN}", "", []string{"python:3.13"}},
		"an undeclared argument":  {"FROM python:${GIVEN:-3.9}", "", []string{"python:3.9"}},
		"a platform":              {"FROM --platform=$BUILDPLATFORM node:22", "", []string{"node:22 linux/riscv64"}},
		"nothing":                 {"FROM scratch\nCOPY . /", "", nil},
		"a named context":         {"FROM code AS base\nFROM base", "", nil},
		"other syntax":            {"# escape=`\nFROM python:3.12\nINCLUDE+ others", "", []string{"python:3.12"}},
		"a heredoc":               {"FROM python:3.12\nRUN <<EOF\nFROM node:22\nEOF", "", []string{"python:3.12"}},
		"a stage named as itself": {"FROM python AS python\nCOPY . .", "", []string{"python"}},
		"no Dockerfile":           {"", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			args := map[string]string{"GIVEN": "3.13", "BUILDPLATFORM": "linux/riscv64"}
			var got []string
			for _, image := range imagesOf([]byte(c.dockerfile), c.target, args, map[string]string{"code": "/somewhere"}) {
				text := image.Ref
				if image.Platform != "" {
					text += " " + image.Platform
				}
				got = append(got, text)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
