package project

import "strings"

// Registry is the configured prefix of shared images, such as "ghcr.io/acme/devenv".
type Registry string

// Registry returns the configured registry; false if there is none.
func (w *Workspace) Registry() (Registry, bool) {
	if w.Config == nil || w.Config.Registry == "" {
		return "", false
	}
	return Registry(strings.TrimSuffix(w.Config.Registry, "/")), true
}

// Base returns the name of one of a base's images in the registry.
func (r Registry) Base(tag string) string { return string(r) + "/base:" + tag }

// Snapshot returns the name of a snapshot in the registry.
func (r Registry) Snapshot(name string) string { return string(r) + "/snapshot:" + name }
