package migrations

import (
	"regexp"
	"strings"
)

// Waiver is a comment that allows what a check found: "# devenv: allow data.lost(public.users.legacy) -- reason".
// Object and Reason may be empty here; the checks decide whether to accept that.
type Waiver struct {
	ID     string `json:"id"`
	Object string `json:"object,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Line is the comment's line in its file, starting at 1.
	Line int `json:"line"`
}

// String returns the waiver as it is written, without the leading "#".
func (w Waiver) String() string {
	text := "devenv: allow " + w.ID
	if w.Object != "" {
		text += "(" + w.Object + ")"
	}
	if w.Reason != "" {
		text += " -- " + w.Reason
	}
	return text
}

// ParseWaiver parses one comment, with or without the "#". It returns false for a comment that is not addressed to
// devenv. A comment that is addressed to devenv but malformed becomes a waiver whose ID is the comment's text, so that
// the checks can reject it.
func ParseWaiver(comment string, line int) (Waiver, bool) {
	text := strings.TrimSpace(strings.TrimLeft(comment, "# \t"))
	addressed, ok := strings.CutPrefix(text, "devenv:")
	if !ok {
		return Waiver{}, false
	}
	allow := regexp.MustCompile(`^allow\s+([^\s()]+)\s*(?:\(([^()]*)\))?\s*(?:--\s*(.*))?$`)
	match := allow.FindStringSubmatch(strings.TrimSpace(addressed))
	if match == nil {
		return Waiver{ID: strings.TrimSpace(addressed), Line: line}, true
	}
	return Waiver{ID: match[1], Object: strings.TrimSpace(match[2]), Reason: strings.TrimSpace(match[3]), Line: line}, true
}
