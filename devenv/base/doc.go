// Package base keeps the base branch's database on the engine: it computes the key of what makes it, finds its images
// by that key, pulls them from the configuration's registry, or makes them by migrating and seeding with the base's
// own code. It also tells how to start a clone from them. It uses scratch and tool for what runs, and database for
// servers and images; trials on clones are in the packages above it.
package base
