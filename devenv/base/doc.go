// Package base keeps the base branch's database on the engine: it names what makes it, finds its images under that name, pulls them
// from the configuration's registry, or makes them by migrating and seeding the base's own code; and it says how a clone is started
// from them. It uses scratch and tool for what runs, and database for servers and images; what is tried on clones is above it.
package base
