package queue

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// often is how often the tests' runs look.
const often = time.Millisecond

func line(t *testing.T) Queue { return Queue{Dir: filepath.Join(t.TempDir(), "queue"), Every: often} }

// taken is what becomes of a run that takes its turn in the background.
type taken struct {
	turn chan *Turn
	told chan int
}

func (q Queue) inBackground(ctx context.Context, t *testing.T, most int) taken {
	x := taken{make(chan *Turn, 1), make(chan int, 100)}
	go func() {
		turn, err := q.Take(ctx, most, func(ahead int) { x.told <- ahead })
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		x.turn <- turn
	}()
	return x
}

func (q Queue) must(t *testing.T, most int) *Turn {
	t.Helper()
	turn, err := q.Take(t.Context(), most, func(ahead int) { t.Errorf("it waits for %d runs", ahead) })
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

func leave(t *testing.T, turn *Turn) {
	t.Helper()
	if err := turn.Leave(); err != nil {
		t.Error(err)
	}
}

func TestRunsTakeTurnsInOrderOfArrival(t *testing.T) {
	t.Parallel()
	q := line(t)
	first, second := q.must(t, 2), q.must(t, 2)
	third := q.inBackground(t.Context(), t, 2)
	if ahead := <-third.told; ahead != 2 {
		t.Errorf("the third waits for %d runs", ahead)
	}
	fourth := q.inBackground(t.Context(), t, 2)
	if ahead := <-fourth.told; ahead != 3 {
		t.Errorf("the fourth waits for %d runs", ahead)
	}
	leave(t, second)
	leave(t, <-third.turn) // the third came first
	leave(t, first)
	leave(t, <-fourth.turn)
	if entries, err := filepath.Glob(filepath.Join(q.Dir, "*"+placeSuffix)); err != nil || len(entries) > 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestARunWithoutALimitDoesNotWait(t *testing.T) {
	t.Parallel()
	q := line(t)
	first, second := q.must(t, 1), q.must(t, 0)
	leave(t, first)
	third := q.inBackground(t.Context(), t, 1)
	if ahead := <-third.told; ahead != 1 {
		t.Errorf("others do not count it: %d are ahead", ahead)
	}
	leave(t, second)
	leave(t, <-third.turn)
}

func TestNobodyWaitsForTheBackground(t *testing.T) {
	q := line(t)
	working := q.must(t, 1)
	told, idle := make(chan int, 1), make(chan error, 1)
	go func() { idle <- q.Idle(t.Context(), func(ahead int) { told <- ahead }) }()
	if ahead := <-told; ahead != 1 {
		t.Errorf("the background waits for %d runs", ahead)
	}
	leave(t, q.must(t, 2)) // only the working run is ahead
	select {
	case err := <-idle:
		t.Errorf("the background begins beside a run: %v", err)
	default:
	}
	leave(t, working)
	if err := <-idle; err != nil {
		t.Error(err)
	}
}

func TestAnInterruptedRunLeavesTheLine(t *testing.T) {
	t.Parallel()
	q := line(t)
	first := q.must(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	second := q.inBackground(ctx, t, 1)
	<-second.told
	third := q.inBackground(t.Context(), t, 1)
	if ahead := <-third.told; ahead != 2 {
		t.Errorf("the third waits for %d", ahead)
	}
	cancel()
	if turn := <-second.turn; turn != nil {
		t.Error("the interrupted run has its turn")
	}
	leave(t, first)
	leave(t, <-third.turn)
}

// child names the directory in which a child process takes a turn and keeps it until it is killed.
const child = "DEVENV_QUEUE_CHILD"

func TestMain(m *testing.M) {
	dir := os.Getenv(child)
	if dir == "" {
		os.Exit(m.Run())
	}
	_, err := Queue{Dir: dir, Every: often}.Take(context.Background(), 1, func(int) {})
	if err == nil {
		_, err = os.Stdout.WriteString("mine\n")
	}
	if err != nil {
		os.Exit(1)
	}
	<-time.After(time.Hour)
}

func TestAKilledRunBlocksNobody(t *testing.T) {
	t.Parallel()
	q := line(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self)
	command.Env = append(slices.Clone(os.Environ()), child+"="+q.Dir)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	next := q.inBackground(t.Context(), t, 1)
	if ahead := <-next.told; ahead != 1 {
		t.Errorf("%d runs are ahead", ahead)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // it was killed
	leave(t, <-next.turn)
}

func TestTheDefaultLeavesTwoProcessorsForEachRun(t *testing.T) {
	t.Parallel()
	for processors, want := range map[int]int{1: 1, 2: 1, 3: 1, 4: 2, 16: 8} {
		if got := Default(processors); got != want {
			t.Errorf("%d processors: %d runs, want %d", processors, got, want)
		}
	}
}

func TestAPlaceThatSomebodyRemovedIsReleased(t *testing.T) {
	t.Parallel()
	q := line(t)
	turn := q.must(t, 1)
	if err := os.Remove(turn.file.Path()); err != nil { // as by its own run, after another one has opened it
		t.Fatal(err)
	}
	if err := remove(turn.file); err != nil || turn.file.Locked() {
		t.Errorf("locked: %v, %v", turn.file.Locked(), err)
	}
}

func TestOnlyTheUsersOwnDirectoryIsShared(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	dir, ok := Shared(parent)
	if again, stillOK := Shared(parent); !ok || !stillOK || again != dir {
		t.Errorf("%q, %v, then %q, %v", dir, ok, again, stillOK)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, ok := Shared(parent); ok {
		t.Error("a directory that others can write to is shared")
	}
	if err := errors.Join(os.Remove(dir), os.Symlink(t.TempDir(), dir)); err != nil {
		t.Fatal(err)
	}
	if _, ok := Shared(parent); ok {
		t.Error("a link is shared")
	}
	if _, ok := Shared(filepath.Join(parent, "absent")); ok {
		t.Error("a directory that cannot be made is shared")
	}
}
