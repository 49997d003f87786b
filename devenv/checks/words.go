package checks

// are is the verb after a number of things.
func are(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
