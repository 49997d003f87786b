package terminal

import "os"

// Detect finds out what standard error can do.
func Detect(err *os.File, env func(string) string) Options { return Options{Err: err} }
