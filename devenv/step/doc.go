// Package step runs the named steps of a command: one after the other, at the same time, or one long step beside others. It tells a
// listener when each begins and ends, and keeps what became of it. It knows nothing of what the steps do, and uses package report
// alone.
package step
