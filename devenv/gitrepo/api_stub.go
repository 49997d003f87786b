// Package gitrepo is devenv's git: what the user's working tree holds right now (as git objects), private trees made
// from it, merges with the base, and the journaled delivery of files into the working tree and its undo. Everything is
// done by the git binary (2.30 or newer). Only Deliver, Recover and Undo ever change the user's files; nothing ever
// changes the user's index, refs or list of worktrees.
package gitrepo

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"devenv/devenv/report"
)

var errStub = errors.New("gitrepo: not there yet")

// Repo is one worktree of a repository. It holds no locks and may be used from several goroutines.
type Repo struct{ root, gitDir, commonDir string }

// Open finds the worktree that dir lies in: a subdirectory, a linked worktree, a submodule. It fails with KindUsage when dir is
// in no repository or in a bare one, and with KindWork when git is missing or older than 2.30.
func Open(ctx context.Context, dir string) (*Repo, error) { return nil, errStub }

// Root returns the worktree's top directory, absolute, with symlinks resolved.
func (r *Repo) Root() string { return r.root }

// GitDir returns the worktree's own git directory, absolute.
func (r *Repo) GitDir() string { return r.gitDir }

// CommonDir returns the git directory that all worktrees of the repository share, absolute.
func (r *Repo) CommonDir() string { return r.commonDir }

// Head is where the worktree stands. Ref is full ("refs/heads/x"), empty when detached.
type Head struct{ Ref, Commit string }

// Head returns where the worktree stands. A branch without a commit is a KindUsage failure.
func (r *Repo) Head(ctx context.Context) (Head, error) { return Head{}, errStub }

// Base is the branch the work will merge into, at one commit. Ref is full, "HEAD" when the worktree is on the base
// itself, or the commit id when the name was one.
type Base struct{ Ref, Commit string }

// ResolveBase finds the base. An empty name means origin/HEAD, then develop, main, master, each as
// refs/remotes/origin/X if there is one, else refs/heads/X; on the base branch itself it is HEAD. A full ref and a
// commit id are literal. Unknown is KindUsage, with the candidates and the line for .devenv.yaml. Nothing is fetched.
func (r *Repo) ResolveBase(ctx context.Context, name string) (Base, error) { return Base{}, errStub }

// MergeBase returns the commit where a and b parted. A shallow clone that does not reach it is a KindWork failure with the
// command that deepens it; unrelated histories are one too.
func (r *Repo) MergeBase(ctx context.Context, a, b string) (string, error) { return "", errStub }

// CaptureOptions says what a capture holds beyond the tracked and the untracked files.
type CaptureOptions struct {
	// Include are repo-relative paths, directories or .gitignore-style globs of ignored files to add;
	// the patterns of .worktreeinclude at the root are added by themselves.
	Include []string
	// Exclude are repo-relative paths (files or directories) to leave out.
	Exclude []string
}

// Capture is the working tree as git objects.
type Capture struct {
	// Tree is the id of the tree object.
	Tree string
	// Commit is the id of a commit of it whose parent is HEAD; the same tree on the same HEAD gives the same id.
	Commit string
	// Included are the ignored files that were added, repo-relative.
	Included []string
}

// Capture takes the working tree as it is: tracked changes and deletions, untracked files, chosen ignored ones. The user's index is
// only read. An unmerged index is a KindWork failure that names the files.
func (r *Repo) Capture(ctx context.Context, opts CaptureOptions) (Capture, error) {
	return Capture{}, errStub
}

// WithFiles returns the id of a tree like treeish, without the paths (files or directories) of remove and with the files of put,
// path to content, mode 100644 (a file that was there keeps its mode). Removing what is not there is no error.
func (r *Repo) WithFiles(ctx context.Context, treeish string, remove []string, put map[string][]byte) (string, error) {
	return "", errStub
}

// File is an entry of a tree. Mode is git's, in octal ("100644", "100755", "120000", "160000"); ID is the object's.
type File struct{ Path, Mode, ID string }

// Files lists the files of a commit or tree below a directory or at a path ("" for all), recursively, sorted by path. What
// is not there is an empty list.
func (r *Repo) Files(ctx context.Context, treeish, under string) ([]File, error) { return nil, errStub }

// ReadFile returns a file's content as git stores it (no filters). A missing file is fs.ErrNotExist.
func (r *Repo) ReadFile(ctx context.Context, treeish, path string) ([]byte, error) { return nil, errStub }

// ChangeStatus is what happened to a file between two trees.
type ChangeStatus string

// The statuses of a change, git's own letters.
const (
	Added    ChangeStatus = "A"
	Modified ChangeStatus = "M"
	Deleted  ChangeStatus = "D"
	Renamed  ChangeStatus = "R"
)

// Change is one difference between two trees. OldPath is set when Status is Renamed.
type Change struct {
	Path, OldPath string
	Status        ChangeStatus
}

// Diff lists what differs from one commit or tree to another, below a directory or at a path ("" for all), sorted by path.
func (r *Repo) Diff(ctx context.Context, from, to, under string) ([]Change, error) { return nil, errStub }

// ConflictError says that a merge did not work out. It is wrapped in a KindWork failure; nothing of the user's has changed.
type ConflictError struct {
	// Paths are the files in conflict, repo-relative, sorted.
	Paths []string
	Base  string
}

// Error names the files.
func (e *ConflictError) Error() string { return "conflict" }

// Merge merges a capture with the base in the tree. When the capture already holds the base, merged is false and result is the
// capture's tree; else result is the id of the merged tree. The tree ends as a checkout of result either way. Conflicts are a
// *ConflictError in a KindWork failure.
func (r *Repo) Merge(ctx context.Context, tree *Tree, captureCommit, baseCommit string) (result string, merged bool, err error) {
	return "", false, errStub
}

// TreeOptions say which private tree, where, and of what.
type TreeOptions struct {
	// Cache is the directory below which trees lie (absolute).
	Cache string
	// ID names the tree: lower-case letters, digits and dashes. The same id again is the same directory, brought up to date.
	ID string
	// Treeish is the commit or tree to check out.
	Treeish string
	// KeepIgnored leaves ignored files where they are (what `prepare` made); else everything foreign goes.
	KeepIgnored bool
}

// Tree is a private checkout, locked for this process until Close or Remove.
type Tree struct {
	dir string
	// Notes say what the tree lacks: submodules without objects, LFS pointers that could not be fetched.
	Notes []string
}

// Tree makes or brings up to date a private checkout; only files that differ are written. A tree in use by another process
// is a KindWork failure.
func (r *Repo) Tree(ctx context.Context, opts TreeOptions) (*Tree, error) { return nil, errStub }

// Dir returns the tree's directory, absolute.
func (t *Tree) Dir() string { return t.dir }

// Checkout brings the tree to another commit or tree.
func (t *Tree) Checkout(ctx context.Context, treeish string) error { return errStub }

// Close gives the tree's lock back; the files stay for the next run.
func (t *Tree) Close() error { return errStub }

// Remove deletes the tree and what git knows of it, and gives its lock back.
func (t *Tree) Remove(ctx context.Context) error { return errStub }

// Lock is this worktree's run lock.
type Lock struct{}

// Lock takes this worktree's run lock for a command ("new-migration"). When somebody holds it, the error is a KindWork failure
// with the process id, the command and since when. The kernel gives it back when the process dies.
func (r *Repo) Lock(ctx context.Context, command string) (*Lock, error) { return nil, errStub }

// Release gives the lock back.
func (l *Lock) Release() error { return nil }

// FileChange is one file of a delivery.
type FileChange struct {
	// Path is relative to the repository's root, with slashes.
	Path   string
	Action report.FileAction
	// Content is what is written; Blob instead is the id of a blob to write as git checkout would (line ends, LFS).
	Content []byte
	Blob    string
	// Expect is the id of the blob the file must still be (as captured); empty: it must not exist.
	Expect string
	// Executable makes the file so; a file that is replaced keeps its permissions otherwise.
	Executable bool
}

// Delivery is a set of changes to the user's files that happen all or not at all.
type Delivery struct {
	Command string
	Changes []FileChange
}

// Deliver changes the user's files, all or none, and keeps what undo needs. A file that changed since its capture, one in the way
// and a directory that cannot be written are KindWork failures, with nothing changed. The caller holds the Lock.
func (r *Repo) Deliver(ctx context.Context, d Delivery) error { return errStub }

// Recover reverts a delivery or an undo that was cut off. It returns a sentence about what it did, "" for nothing.
// Every command calls it first, holding the Lock.
func (r *Repo) Recover(ctx context.Context) (string, error) { return "", errStub }

// UndoOptions say how to undo.
type UndoOptions struct {
	// Force takes back files that were edited since; a copy of them is kept and named.
	Force bool
	// DryRun only says what would happen.
	DryRun bool
}

// UndoResult is what an undo did, or would do.
type UndoResult struct {
	// Command is the one taken back, At when it delivered.
	Command string
	At      time.Time
	// Files are what happened to each: removed, restored.
	Files []report.File
	// Kept are copies of files that were edited since, path to absolute name of the copy.
	Kept map[string]string
}

// Undo takes back the last delivery. Nothing to take back is a KindUsage failure; files edited since are a KindWork failure
// that names them, unless forced.
func (r *Repo) Undo(ctx context.Context, opts UndoOptions) (UndoResult, error) {
	return UndoResult{}, errStub
}

// Delivered is a delivery that was made and not taken back.
type Delivered struct {
	Command string
	At      time.Time
	Files   []report.File
}

// LastDelivery returns what Undo would take back; false when there is nothing.
func (r *Repo) LastDelivery(ctx context.Context) (Delivered, bool, error) {
	return Delivered{}, false, errStub
}

// Written returns the content that devenv last wrote to a path of this worktree; fs.ErrNotExist when it never did.
func (r *Repo) Written(path string) ([]byte, error) { return nil, fs.ErrNotExist }
