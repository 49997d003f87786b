package witness

import (
	"slices"
	"testing"

	"devenv/devenv/database/catalog"
)

func TestOnlyNumbersBeyondTheTypeBreakIt(t *testing.T) {
	t.Parallel()
	column := func(base string, precision, scale int) *catalog.Column {
		return &catalog.Column{Base: base, Category: "N", Precision: precision, Scale: scale}
	}
	small, plain, big := column("int2", 0, 0), column("int4", 0, 0), column("int8", 0, 0)
	for name, c := range map[string]struct {
		was, is *catalog.Column
		breaks  []string
	}{
		"int2 to int4":             {small, plain, nil},
		"int2 to int8":             {small, big, nil},
		"int4 to int8":             {plain, big, nil},
		"int4 to int2":             {plain, small, []string{"32768"}},
		"int8 to int2":             {big, small, []string{"32768"}},
		"int8 to int4":             {big, plain, []string{"2147483648"}},
		"nine digits to int4":      {column("numeric", 9, 0), plain, nil},
		"ten digits to int4":       {column("numeric", 10, 0), plain, []string{"2147483648"}},
		"any numeric to int8":      {column("numeric", 0, 0), big, []string{"9223372036854775808"}},
		"int2 to five digits":      {small, column("numeric", 7, 2), nil},
		"int2 to four digits":      {small, column("numeric", 4, 0), []string{"10000"}},
		"int4 to ten digits":       {plain, column("numeric", 10, 0), nil},
		"int8 to eighteen digits":  {big, column("numeric", 18, 0), []string{"1000000000000000000"}},
		"numeric to fewer digits":  {column("numeric", 12, 4), column("numeric", 9, 2), []string{"10000000"}},
		"numeric to fewer decimal": {column("numeric", 12, 4), column("numeric", 12, 2), nil},
		"float8 to float4":         {column("float8", 0, 0), column("float4", 0, 0), []string{"1e300"}},
		"float4 to float8":         {column("float4", 0, 0), column("float8", 0, 0), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, known := unfitValues(c.was, c.is, nil); !known || !slices.Equal(got, c.breaks) {
				t.Errorf("got %v, %t, want %v", got, known, c.breaks)
			}
		})
	}
}
