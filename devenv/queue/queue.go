// Package queue makes the runs that use one engine take turns. Each run has a file in a directory that they share, and
// holds a lock on it that the kernel releases when its process dies, however it dies: a killed run blocks nobody.
package queue

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"devenv/devenv/report"
)

// Queue is the line of runs of one engine.
type Queue struct {
	// Dir holds the runs' files.
	Dir string
	// Every is how often a waiting run looks whether it is its turn; 0 is a fifth of a second.
	Every time.Duration
}

// Turn is a run's place in the line, which it leaves with Leave.
type Turn struct {
	number int
	file   *flock.Flock
}

// Default is how many runs work at the same time on an engine with so many processors: each keeps about two of them
// busy.
func Default(processors int) int { return max(1, processors/2) }

// Take joins the line and waits until fewer than most runs are ahead; most below 1 means that it never waits, but
// others count it. waiting is called with the number of runs ahead when the run has to wait, and when that number
// changes.
func (q Queue) Take(ctx context.Context, most int, waiting func(ahead int)) (*Turn, error) {
	t, err := q.join(ctx)
	if err != nil {
		return nil, err
	}
	if most < 1 {
		return t, nil
	}
	if err := q.await(ctx, t.number, most, waiting); err != nil {
		return nil, errors.Join(err, t.Leave())
	}
	return t, nil
}

// Idle waits until no run is in the line, without joining it: nobody waits for who waits here. waiting is called as by
// Take.
func (q Queue) Idle(ctx context.Context, waiting func(ahead int)) error {
	return q.await(ctx, math.MaxInt, 1, waiting)
}

// await waits until fewer than most runs are ahead of a place.
func (q Queue) await(ctx context.Context, number, most int, waiting func(ahead int)) error {
	every := q.Every
	if every == 0 {
		every = 200 * time.Millisecond
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	told := 0
	for {
		ahead, err := q.ahead(ctx, number)
		if err != nil || ahead < most {
			return err
		}
		if ahead != told {
			told = ahead
			waiting(ahead)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// Leave gives the place to the next one. A second call does nothing.
func (t *Turn) Leave() error {
	if t == nil || !t.file.Locked() {
		return nil
	}
	return remove(t.file)
}

// remove removes the file of a place and releases it. Somebody else may have removed it: whoever leaves does so without
// holding the line, and another run that has opened the file before gets the lock of what is no longer there.
func remove(place *flock.Flock) error {
	err := os.Remove(place.Path())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, place.Close())
}

// join gives the run a file behind all others, and locks it.
func (q Queue) join(ctx context.Context) (t *Turn, err error) {
	err = q.alone(ctx, func() error {
		numbers, err := q.alive(0)
		if err != nil {
			return err
		}
		last := 0
		if len(numbers) > 0 {
			last = slices.Max(numbers)
		}
		t = &Turn{number: last + 1, file: q.file(last + 1)}
		locked, err := t.file.TryLock()
		if err == nil && !locked {
			err = errors.New("somebody else has taken the new place")
		}
		return err
	})
	return t, err
}

// ahead returns how many runs are ahead of a place.
func (q Queue) ahead(ctx context.Context, number int) (n int, err error) {
	err = q.alone(ctx, func() error {
		numbers, err := q.alive(number)
		for _, other := range numbers {
			if other < number {
				n++
			}
		}
		return err
	})
	return n, err
}

// alive returns the places of the runs that have not ended, and removes the files of those that have. A run's own place
// is not among them.
func (q Queue) alive(own int) (numbers []int, err error) {
	entries, err := os.ReadDir(q.Dir)
	if err != nil {
		return nil, q.failed(err)
	}
	for _, e := range entries {
		name, isPlace := strings.CutSuffix(e.Name(), placeSuffix)
		number, err := strconv.Atoi(name)
		if !isPlace || err != nil || number == own {
			continue
		}
		file := q.file(number)
		ended, err := file.TryLock()
		if err != nil {
			return nil, q.failed(err)
		}
		if !ended {
			numbers = append(numbers, number)
			continue
		}
		if err := remove(file); err != nil {
			return nil, q.failed(err)
		}
	}
	return numbers, nil
}

// placeSuffix is the end of the name of a run's file, after its number.
const placeSuffix = ".place"

// file returns the file of a place.
func (q Queue) file(number int) *flock.Flock {
	return flock.New(filepath.Join(q.Dir, fmt.Sprint(number)+placeSuffix), flock.SetPermissions(0o600))
}

// alone calls do while no other run reads or changes the line, which takes a moment.
func (q Queue) alone(ctx context.Context, do func() error) error {
	if err := os.MkdirAll(q.Dir, 0o700); err != nil {
		return q.failed(err)
	}
	lock := flock.New(filepath.Join(q.Dir, "line.lock"), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 5*time.Millisecond); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return q.failed(err)
	}
	return errors.Join(do(), lock.Close())
}

// failed returns the failure of the line itself.
func (q Queue) failed(err error) error {
	return report.Fail(report.KindWork, "make it writable for you, or choose another cache with DEVENV_CACHE",
		"wait for a turn in %s: %w", q.Dir, err)
}
