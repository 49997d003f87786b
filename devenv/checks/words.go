package checks

import "fmt"

// plural counts a thing: "1 head", "2 heads".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// are is the verb after a number of things.
func are(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
