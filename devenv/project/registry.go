package project

import "strings"

// Registry is the place that the configuration names, "ghcr.io/acme/devenv", below which images lie that others take.
type Registry string

// Registry is the configuration's; false when it names none.
func (w *Workspace) Registry() (Registry, bool) {
	if w.Config == nil || w.Config.Registry == "" {
		return "", false
	}
	return Registry(strings.TrimSuffix(w.Config.Registry, "/")), true
}

// Base is the name of one of a base's images there.
func (r Registry) Base(tag string) string { return string(r) + "/base:" + tag }

// Snapshot is the name of a snapshot there.
func (r Registry) Snapshot(name string) string { return string(r) + "/snapshot:" + name }
