// Package project finds the project a command works on and opens a workspace in it: the locked worktree, its
// configuration, the engine, the Compose model, and the names and labels of what the run creates. On the way it learns
// the project's secrets. It uses gitrepo, config, compose, builds and redact, and knows nothing about bases, migrations
// or the user's data.
package project
