// Package builds tracks the images that runs build: which of them a run uses, whether it is the only run, and which
// images it removes at its end. It uses the engine, package compose for the images' labels, and package retention to
// decide what stays.
package builds
