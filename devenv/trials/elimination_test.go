package trials

import (
	"slices"
	"testing"
)

func TestOneOfManyRowsIsFound(t *testing.T) {
	t.Parallel()
	rows := []int{10, 11, 12, 13, 14, 15, 16}
	for name, c := range map[string]struct {
		fails func(some []int) bool
		want  int
	}{
		"the first":     {func(some []int) bool { return slices.Contains(some, 10) }, 10},
		"one inside":    {func(some []int) bool { return slices.Contains(some, 14) }, 14},
		"the last":      {func(some []int) bool { return slices.Contains(some, 16) }, 16},
		"two together":  {func(some []int) bool { return slices.Contains(some, 11) && slices.Contains(some, 15) }, -1},
		"two neighbors": {func(some []int) bool { return slices.Contains(some, 10) && slices.Contains(some, 11) }, -1},
	} {
		asked := 0
		culprit, cleared, err := narrow(rows, func(some []int) (bool, error) {
			asked++
			return c.fails(some), nil
		})
		if err != nil || culprit != c.want || asked > 4 || slices.Contains(cleared, culprit) {
			t.Errorf("%s: %d after %d questions, cleared %v, %v", name, culprit, asked, cleared, err)
		}
	}
}
