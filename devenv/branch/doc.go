// Package branch reads what a branch holds, as git objects: the working tree as it is, which migrations are the branch's own, and
// which of the base's it has edited; and it settles what is to happen to its own. It uses gitrepo and report, and changes nothing
// in the working tree.
package branch
