// Package step runs the named steps of a command: one after the other, at the same time, or one long step beside
// others. It tells a listener when each step begins and ends, and records the results. It knows nothing of what the
// steps do, and of devenv uses only package report.
package step
