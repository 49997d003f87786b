package report

import (
	"fmt"

	"github.com/docker/go-units"
)

// Count says how many there are of a thing: "1 migration", "2 migrations".
func Count[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Size says a number of bytes in the unit that suits it, up to gigabytes: "512 kB", "12 MB", "1.5 GB".
func Size(n int64) string {
	if n >= units.GiB {
		return units.CustomSize("%.1f %s", float64(n)/units.KiB, units.KiB, []string{"kB", "MB", "GB"})
	}
	return Megabytes(n)
}

// Megabytes says a number of bytes in no larger unit than that, where sizes are compared: "512 kB", "12 MB", "5120 MB".
func Megabytes(n int64) string {
	return units.CustomSize("%.0f %s", float64(n)/units.KiB, units.KiB, []string{"kB", "MB"})
}
