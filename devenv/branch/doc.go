// Package branch reads what a branch contains, as git objects: its working tree, which migrations are its own, and
// which of the base's it has edited. It also decides what happens to its own. It uses gitrepo and report, and changes
// nothing in the working tree.
package branch
