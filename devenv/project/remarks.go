package project

import "sync"

// remarks are what a run says besides its result.
type remarks struct {
	tell func(string)

	mu    sync.Mutex
	noted map[string]bool
}

// Note makes a remark, once per run.
func (r *remarks) Note(text string) {
	r.mu.Lock()
	known := r.noted[text]
	r.noted[text] = true
	r.mu.Unlock()
	if !known {
		r.tell(text)
	}
}
