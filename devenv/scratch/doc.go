// Package scratch creates what a run works on: a checkout of the base's or the branch's tree, the images of its
// services, and services as containers that touch nothing of the user's. It uses the workspace of package project,
// inputs for the keys of images, and database for settings. Migrations and trials are in the packages above it.
package scratch
