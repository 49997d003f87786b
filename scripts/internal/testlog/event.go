package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// event is one line of `go test -json` (see `go doc test2json`). Build output
// carries ImportPath instead of Package.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64 // seconds
}

// read passes every event of the stream to take, in order, and every line that is not an event to other: the go
// command may print lines in between.
func read(stream io.Reader, take func(event), other func(line string)) error {
	lines := bufio.NewReader(stream)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				take(e)
			} else {
				other(string(line))
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the test stream: %w", err)
		}
	}
}
