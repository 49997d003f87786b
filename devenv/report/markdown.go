package report

import "io"

// WriteMarkdown writes the report for a pull request.
func WriteMarkdown(w io.Writer, d *Document, file []byte) error { return WriteText(w, d, TextOptions{File: file}) }
