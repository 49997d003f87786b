// Package scratch makes what a run works on: a checkout of the base's or the branch's tree, the images of its services, and services
// of it as containers that touch nothing of the user's. It uses the workspace of package project, inputs for the keys of images, and
// database for settings; what migrates and what is tried is above it.
package scratch
