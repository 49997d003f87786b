package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
)

// image is one that the engine has.
type image struct {
	ID, Parent string
	RepoTags   []string
	RootFS     struct{ Layers []string }
	raw        string // all that the engine says of it
}

// name returns a name of the image, or its id where it has none.
func (i image) name() string {
	if len(i.RepoTags) > 0 {
		return i.RepoTags[0]
	}
	return i.ID
}

// allImages returns all images of the engine, nameless ones too. One that goes meanwhile is left out.
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

// ofProject returns the images that tell of one of the words in what the engine says of them, and those that they were made from;
// those that were there before anything was made are not.
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

// images returns those that were made of the project: by its name, its label, or the commit of its base.
func (p *project) images(ctx context.Context) ([]image, error) {
	all, err := allImages(ctx)
	if err != nil {
		return nil, err
	}
	return ofProject(all, p.imagesBefore, append([]string{p.name, `"` + label + `": "` + p.id + `"`}, p.commits...)...), nil
}
