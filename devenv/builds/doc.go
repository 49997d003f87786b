// Package builds keeps account of the images that runs build: which of them a run uses, whether it is the only run there is, and
// which it removes at its end. It uses the engine, package compose for the images' labels, and package retention for what stays.
package builds
