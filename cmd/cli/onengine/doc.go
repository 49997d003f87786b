// Package onengine holds the scripts of the command line that need an engine, apart from the others, which need none. There is
// no code here besides the test.
package onengine
