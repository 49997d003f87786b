package step

import (
	"sync"
	"time"
)

// clock measures a run's time, without the time in which it waited for a person's answer.
type clock struct {
	start time.Time

	mu sync.Mutex
	// asking is how many questions are open, since when; asked is how long earlier ones were.
	asking int
	since  time.Time
	asked  time.Duration
}

// elapsed returns the time since the start.
func (c *clock) elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asking > 0 {
		return c.since.Sub(c.start) - c.asked
	}
	return time.Since(c.start) - c.asked
}

// stop stops the clock until the function it returns is called.
func (c *clock) stop() (resume func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asking++; c.asking == 1 {
		c.since = time.Now()
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.asking--; c.asking == 0 {
			c.asked += time.Since(c.since)
		}
	}
}
