// Package onengine contains the scripts of the command line that need an engine; the others need none. It has no code
// besides the test.
package onengine
