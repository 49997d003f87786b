package checks

// are returns the verb for n things.
func are(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
