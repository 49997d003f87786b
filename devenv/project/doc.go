// Package project finds the project that a command works on and opens a workspace in it: the locked worktree, its configuration, the
// engine, the Compose model, and the names and labels of what the run makes. It learns the project's secrets on the way. It uses
// gitrepo, config, compose, builds and redact, and knows nothing of bases, migrations or the user's data.
package project
