package project

import "sync"

// remarks are what a run says beside its result.
type remarks struct {
	say func(string)

	mu   sync.Mutex
	said map[string]bool
}

// Note makes a remark, once in a run.
func (r *remarks) Note(text string) {
	r.mu.Lock()
	known := r.said[text]
	r.said[text] = true
	r.mu.Unlock()
	if !known {
		r.say(text)
	}
}
