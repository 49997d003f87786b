package gitrepo

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"devenv/devenv/report"
)

// Base is the branch that the work will be merged into, at one commit. Ref is full, "HEAD" if the worktree is on the
// base itself, or the commit id if the name was one.
type Base struct{ Ref, Commit string }

// ResolveBase finds the base. An empty name means origin/HEAD, then develop, main, master, each as
// refs/remotes/origin/X if that exists, else refs/heads/X; on the base branch itself it is HEAD. Full refs and commit
// ids are used literally. An unknown base is KindUsage, with the candidates and the line for .devenv.yaml; in a
// shallow clone it is KindWork, with the command that fetches it. ResolveBase fetches nothing.
func (r *Repo) ResolveBase(ctx context.Context, name string) (Base, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return Base{}, err
	}
	names := []string{name}
	if name == "" {
		if names, err = r.usualBases(ctx); err != nil {
			return Base{}, err
		}
	}
	for _, n := range names {
		base, found, err := r.findBase(ctx, head, n)
		if err != nil || found {
			return base, err
		}
	}
	return Base{}, r.unknownBase(ctx, head, name)
}

// usualBases returns the branches that are usually the base, the remote's default first.
func (r *Repo) usualBases(ctx context.Context) ([]string, error) {
	usual := []string{"develop", "main", "master"}
	const remote = "refs/remotes/origin/"
	ref, err := r.git("symbolic-ref", "-q", remote+"HEAD").line(ctx)
	if err != nil {
		// Exit 128 means that refs/remotes/origin/HEAD is not a symbolic ref, so the default is unknown.
		return usual, ctx.Err()
	}
	name := strings.TrimPrefix(ref, remote)
	if !slices.Contains(usual, name) && r.fetchesOneBranch(ctx) {
		return usual, ctx.Err()
	}
	return append([]string{name}, usual...), nil
}

// fetchesOneBranch reports whether the clone was made with one of the remote's branches alone (--single-branch,
// --depth): then that one is origin/HEAD, whether or not it is the remote's default.
func (r *Repo) fetchesOneBranch(ctx context.Context) bool {
	fetched, err := r.git("config", "--get-all", "remote.origin.fetch").line(ctx)
	return err == nil && fetched != "" && !strings.Contains(fetched, "*")
}

// findBase looks up the base by one name.
func (r *Repo) findBase(ctx context.Context, head Head, name string) (Base, bool, error) {
	if strings.HasPrefix(name, "-") || strings.ContainsAny(name, " \t\n") {
		return Base{}, false, nil
	}
	if strings.HasPrefix(name, "refs/") {
		commit, found, err := r.resolve(ctx, name)
		return Base{Ref: name, Commit: commit}, found, err
	}
	if head.Ref == "refs/heads/"+name || name == "HEAD" {
		return Base{Ref: "HEAD", Commit: head.Commit}, true, nil
	}
	for _, ref := range []string{"refs/remotes/origin/" + name, "refs/heads/" + name, "refs/remotes/" + name, "refs/tags/" + name} {
		commit, found, err := r.resolve(ctx, ref)
		if err != nil || found {
			return Base{Ref: ref, Commit: commit}, found, err
		}
	}
	if !isCommitID(name) {
		return Base{}, false, nil
	}
	commit, found, err := r.resolve(ctx, name)
	return Base{Ref: commit, Commit: commit}, found, err
}

func isCommitID(name string) bool {
	return len(name) >= 7 && len(name) <= 64 && strings.Trim(strings.ToLower(name), "0123456789abcdef") == ""
}

// fetchHint returns how a branch that the remote may have gets here, which depends on what the clone fetches anyway. If
// no branch was named, the remote may have another default by now.
func (r *Repo) fetchHint(ctx context.Context, name, fetch string) string {
	switch fetched, _ := r.git("config", "--get-all", "remote.origin.fetch").line(ctx); {
	case !strings.Contains(fetched, "refs/heads/*:"):
		return "fetch it: git fetch " + fetch
	case name == "":
		return "take the remote's default branch: git fetch origin && git remote set-head origin --auto"
	}
	return "if the remote has it by now: git fetch origin"
}

// unknownBase returns a failure that tells why there is no base and what to do about it.
func (r *Repo) unknownBase(ctx context.Context, head Head, name string) error {
	wanted, example, own := "the base branch "+name, name, ""
	if name == "" {
		wanted, example = "the base branch (origin/HEAD, develop, main or master)", "main"
		if r.fetchesOneBranch(ctx) {
			wanted, own = "the base branch (develop, main or master; the clone has one branch alone)", ownBase(head)
		}
	}
	if strings.HasPrefix(example, "refs/") || isCommitID(example) {
		example = "main"
	}
	fetch := "origin +refs/heads/" + example + ":refs/remotes/origin/" + example
	if r.shallow(ctx) {
		hint := "git fetch --unshallow " + fetch
		if name != "" {
			hint += "\nif it is a tag: git fetch --unshallow origin tag " + report.ShellWord(name)
		}
		return report.Fail(report.KindWork, hint+own,
			"find %s: %s is a shallow clone that does not have it, and devenv fetches nothing", wanted, r.root)
	}
	candidates, err := r.otherBranches(ctx, head)
	if err != nil {
		return err
	}
	var hints []string
	there := ", and there is no other branch"
	if here, ok := strings.CutPrefix(head.Ref, "refs/heads/"); ok {
		there = ", and there is no branch but " + here
		if len(candidates) == 0 && own == "" {
			own = ownBase(head)
		}
	}
	if len(candidates) > 0 {
		there = thereAre(candidates, head)
		hints = append(hints, "name it with --base, or set it in .devenv.yaml:\n    base: "+candidates[0])
	}
	if remotes, _ := r.git("remote").line(ctx); remotes != "" {
		hints = append(hints, r.fetchHint(ctx, name, fetch))
	}
	return report.Fail(report.KindUsage, strings.TrimPrefix(strings.Join(hints, "\nor ")+own, "\nor, "), "find %s in %s: it does not exist%s", wanted, r.root, there)
}

// thereAre says which branches there are, and which one is left out because it is checked out.
func thereAre(candidates []string, head Head) string {
	there := " there are "
	if len(candidates) == 1 {
		there = " there is "
	}
	if head.Ref != "" {
		there = " besides the branch that is checked out" + there
	}
	return ";" + there + strings.Join(candidates, ", ")
}

// ownBase is how to say that the branch that is checked out is the base; "" if none is.
func ownBase(head Head) string {
	here, ok := strings.CutPrefix(head.Ref, "refs/heads/")
	if !ok {
		return ""
	}
	return "\nor, if " + here + " is the base itself, set in .devenv.yaml:\n    base: " + here
}

// otherBranches returns the names of the most recent branches, the usual bases first, without the one that is checked
// out, under whatever remote. Without one, those at the same commit come last: one of them is probably meant by it.
func (r *Repo) otherBranches(ctx context.Context, head Head) ([]string, error) {
	refs, err := r.git("for-each-ref", "--count=24", "--sort=-committerdate", "--format=%(objectname) %(refname)",
		"refs/heads", "refs/remotes").line(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "list the branches of %s: %w", r.root, err)
	}
	usual, err := r.usualBases(ctx)
	if err != nil {
		return nil, err
	}
	here := strings.TrimPrefix(head.Ref, "refs/heads/")
	rank := map[string]int{}
	var branches []string
	for line := range strings.Lines(refs) {
		commit, ref, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, own := baseName(ref)
		if _, known := rank[name]; known || name == "" || own == here || own == "HEAD" {
			continue
		}
		rank[name] = len(usual)
		if i := slices.Index(usual, name); i >= 0 {
			rank[name] = i
		} else if here == "" && commit == head.Commit {
			rank[name]++
		}
		branches = append(branches, name)
	}
	slices.SortStableFunc(branches, func(a, b string) int { return rank[a] - rank[b] })
	return branches, nil
}

// baseName returns the name by which a branch can be the base, and its name without the remote's.
func baseName(ref string) (name, own string) {
	if name, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
		return name, name
	}
	name = strings.TrimPrefix(ref, "refs/remotes/")
	remote, own, _ := strings.Cut(name, "/")
	if remote == "origin" {
		return own, own
	}
	return name, own
}

// shallow reports whether the history is truncated.
func (r *Repo) shallow(ctx context.Context) bool {
	text, err := r.git("rev-parse", "--is-shallow-repository").line(ctx)
	return err == nil && text == "true"
}

// MergeBase returns the merge base of a and b. If a shallow clone does not reach it, that is a KindWork failure with
// the command that deepens the clone; unrelated histories are one too.
func (r *Repo) MergeBase(ctx context.Context, a, b string) (string, error) {
	commit, err := r.git("merge-base", a, b).line(ctx)
	switch {
	case err == nil:
		return commit, nil
	case !exitedWith(err, 1):
		return "", report.Fail(report.KindWork, "", "find the merge base of %s and %s: %w", short(a), short(b), err)
	case r.shallow(ctx):
		return "", report.Fail(report.KindWork, "git fetch --unshallow",
			"find the merge base of %s and %s: %s is a shallow clone whose history ends before that", short(a), short(b), r.root)
	}
	return "", report.Fail(report.KindWork, "name another base with --base, or merge the two histories by hand",
		"find the merge base of %s and %s: they have no common history", short(a), short(b))
}

// Ahead returns how many commits a commit has that its ancestor lacks; false if the other is none of its ancestors, or
// unknown here.
func (r *Repo) Ahead(ctx context.Context, commit, ancestor string) (commits int, ok bool, err error) {
	err = r.git("merge-base", "--is-ancestor", ancestor, commit).run(ctx)
	if exitedWith(err, 1) || exitedWith(err, 128) {
		return 0, false, nil
	}
	var count string
	if err == nil {
		count, err = r.git("rev-list", "--count", ancestor+".."+commit).line(ctx)
	}
	if err == nil {
		commits, err = strconv.Atoi(count)
	}
	if err != nil {
		return 0, false, report.Fail(report.KindWork, "", "count the commits from %s to %s: %w", short(ancestor), short(commit), err)
	}
	return commits, true, nil
}

// short abbreviates a full object id for people.
func short(revision string) string {
	if len(revision) >= 40 && isCommitID(revision) {
		return revision[:10]
	}
	return revision
}

// Branches lists the names that a base can have: the repository's branches and those of its remotes, abbreviated.
func (r *Repo) Branches(ctx context.Context) ([]string, error) {
	out, err := r.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes/origin").bytes(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "list the branches of %s: %w", r.root, err)
	}
	var names []string
	for line := range strings.Lines(string(out)) {
		name := strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "refs/heads/"), "refs/remotes/origin/")
		if name != "HEAD" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
