package trials

import (
	"strings"

	"devenv/devenv/checks"
)

// Description is a trial as people read it.
type Description struct {
	Name checks.Trial `json:"name"`
	// Step is the step of a run in which it is done; Finds is what it finds out, as a question.
	Step  string `json:"step"`
	Finds string `json:"finds"`
	// Needs must be there, else the trial is skipped; Uses are taken where they are there.
	Needs []Source `json:"needs,omitempty"`
	Uses  []Source `json:"uses,omitempty"`
	// Ends is what nobody can use after it, so that it waits for the others; Offers is what others may need.
	Ends   string   `json:"ends,omitempty"`
	Offers []string `json:"offers,omitempty"`
}

// Source is something that a trial is run with, and the steps that offer it, the preferred one first; none where it is made before.
type Source struct {
	What string   `json:"what"`
	From []string `json:"from,omitempty"`
}

// String is the source in words.
func (s Source) String() string {
	if len(s.From) == 0 {
		return s.What
	}
	return s.What + " (from " + strings.Join(s.From, ", else ") + ")"
}

// Describe returns all trials, with what they need of each other.
func Describe() []Description {
	trials := all()
	var descriptions []Description
	for _, t := range trials {
		d := Description{Name: t.name, Step: t.title, Finds: t.finds, Needs: sources(trials, t.needs), Uses: sources(trials, t.uses)}
		if t.ends != nil {
			d.Ends = t.ends.String()
		}
		for _, r := range t.offers {
			d.Offers = append(d.Offers, r.String())
		}
		descriptions = append(descriptions, d)
	}
	return descriptions
}

func sources(trials []trial, resources []anyResource) []Source {
	var sources []Source
	for _, r := range resources {
		s := Source{What: r.String()}
		for _, t := range offerers(trials, r) {
			s.From = append(s.From, t.title)
		}
		sources = append(sources, s)
	}
	return sources
}
