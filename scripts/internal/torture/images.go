package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
)

// image is an image on the engine.
type image struct {
	ID, Parent string
	RepoTags   []string
	RootFS     struct{ Layers []string }
	raw        string // everything that the engine reports about it
}

// name returns a name of the image, or its id if it has none.
func (i image) name() string {
	if len(i.RepoTags) > 0 {
		return i.RepoTags[0]
	}
	return i.ID
}

// allImages returns all images of the engine, including nameless ones. It skips those that are removed meanwhile.
func allImages(ctx context.Context) ([]image, error) {
	ids, err := dockerLines(ctx, "images", "-aq", "--no-trunc")
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	slices.Sort(ids)
	printed, _ := exec.CommandContext(ctx, "docker", append([]string{"image", "inspect"}, slices.Compact(ids)...)...).Output()
	var raw []json.RawMessage
	if err := json.Unmarshal(printed, &raw); err != nil {
		return nil, err
	}
	images := make([]image, len(raw))
	for n, one := range raw {
		if err := json.Unmarshal(one, &images[n]); err != nil {
			return nil, err
		}
		images[n].raw = string(one)
	}
	return images, nil
}

// ofProject returns the images whose description contains one of the words, and their parents, except those that
// existed before.
func ofProject(images, before []image, words ...string) []image {
	byID := map[string]image{}
	for _, i := range images {
		byID[i.ID] = i
	}
	for _, i := range before {
		delete(byID, i.ID)
	}
	found := map[string]image{}
	for _, i := range byID {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(i.raw, word) }) {
			continue
		}
		for at, ok := i, true; ok; at, ok = byID[at.Parent] {
			found[at.ID] = at
		}
	}
	list := make([]image, 0, len(found))
	for _, i := range found {
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b image) int { return strings.Compare(a.name(), b.name()) })
	return list
}

// images returns the images made from the project: recognized by its name, its label, or the commit of its base.
func (p *project) images(ctx context.Context) ([]image, error) {
	all, err := allImages(ctx)
	if err != nil {
		return nil, err
	}
	return ofProject(all, p.imagesBefore, append([]string{p.name, `"` + label + `": "` + p.id + `"`}, p.commits...)...), nil
}
