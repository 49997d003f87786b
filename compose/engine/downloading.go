package engine

import (
	"fmt"
	"time"

	"devenv/devenv/report"
)

// downloading is how far the download of an image's layers is.
type downloading struct {
	ref    string
	layers map[string]layer
	// began is when the first bytes came, with how many of them; said is when the last line was said.
	began, said time.Time
	first       int64
}

// layer is how many bytes of a layer are there, and how many it has.
type layer struct{ current, total int64 }

// sayEvery is the time between two lines about a download.
const sayEvery = 2 * time.Second

// line takes one of the engine's messages, and returns how much of the image is there and how long the rest will take,
// if it is time to say so. Of layers whose download has not begun, the engine does not tell the size.
func (d *downloading) line(m pullMessage, now time.Time) string {
	if m.Status != "Downloading" || m.ProgressDetail.Total == 0 {
		return ""
	}
	d.layers[m.ID] = layer{m.ProgressDetail.Current, m.ProgressDetail.Total}
	var there, all int64
	for _, l := range d.layers {
		there, all = there+l.current, all+l.total
	}
	if d.began.IsZero() {
		d.began, d.said, d.first = now, now, there
	}
	if now.Sub(d.said) < sayEvery || there <= d.first || there >= all {
		return ""
	}
	d.said = now
	left := time.Duration(float64(now.Sub(d.began)) / float64(there-d.first) * float64(all-there))
	return fmt.Sprintf("downloading %s: %s of %s, about %s left", d.ref, report.Megabytes(there), report.Megabytes(all),
		report.Elapsed(left.Round(time.Second)))
}
