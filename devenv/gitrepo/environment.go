package gitrepo

import "strings"

// settings returns the arguments that precede every git command: whatever the user configured, devenv's commands run
// no hooks, sign nothing, start no daemons or maintenance, and neither prompt nor colour.
func settings(extra []string) []string {
	args := []string{"--no-pager", "--no-optional-locks"}
	conf := []string{
		"core.hooksPath=/dev/null", "core.fsmonitor=false", "core.quotePath=false", "core.splitIndex=false",
		"core.safecrlf=false", "commit.gpgSign=false", "gc.auto=0", "maintenance.auto=false",
		"submodule.recurse=false", "color.ui=false", "i18n.commitEncoding=UTF-8",
		// Private trees are always full checkouts, and in the user's index the bits on the entries suffice.
		"core.sparseCheckout=false", "index.sparse=false",
	}
	for _, c := range append(conf, extra...) {
		args = append(args, "-c", c)
	}
	return args
}

// WithoutRepository returns an environment for programs that run in a private tree. Of the inherited GIT_ variables
// it keeps only those that configure git as a program; the others point to a repository, an index or an identity (a
// hook exports them), and would direct a program that calls git to the user's own repository.
func WithoutRepository(inherited []string) []string {
	env := make([]string, 0, len(inherited)+8)
	for _, entry := range inherited {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "GIT_") || configures(name) {
			env = append(env, entry)
		}
	}
	return env
}

// environment returns the environment of every git command of this package.
func environment(inherited []string) []string {
	return append(WithoutRepository(inherited),
		"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_LITERAL_PATHSPECS=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=true", "SSH_ASKPASS_REQUIRE=never", "GCM_INTERACTIVE=never", "GIT_EDITOR=true",
		"GIT_AUTHOR_NAME=devenv", "GIT_AUTHOR_EMAIL=devenv@localhost",
		"GIT_COMMITTER_NAME=devenv", "GIT_COMMITTER_EMAIL=devenv@localhost",
	)
}

// configures reports whether an inherited GIT_ variable configures git as a program.
func configures(name string) bool {
	switch name {
	case "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS",
		"GIT_EXEC_PATH", "GIT_ATTR_NOSYSTEM", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT",
		"GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_ALLOW_PROTOCOL":
		return true
	}
	for _, prefix := range []string{"GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_LFS_", "GIT_SSL_", "GIT_PROXY_", "GIT_TRACE"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
