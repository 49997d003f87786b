package trials

import (
	"strings"

	"devenv/devenv/checks"
)

// Description describes a trial to the user.
type Description struct {
	Name checks.Trial `json:"name"`
	// Step is the name of its step in a run; Finds is the question that it answers.
	Step  string `json:"step"`
	Finds string `json:"finds"`
	// Needs are required: without them the trial is skipped. Uses are optional.
	Needs []Source `json:"needs,omitempty"`
	Uses  []Source `json:"uses,omitempty"`
	// Ends is what the trial uses up, so it waits for the others that need it. Offers is what it provides to others.
	Ends   string   `json:"ends,omitempty"`
	Offers []string `json:"offers,omitempty"`
}

// Source is something that a trial takes, and the steps that offer it in order of preference; From is empty if it
// exists before any trial runs.
type Source struct {
	What string   `json:"what"`
	From []string `json:"from,omitempty"`
}

// String returns the source in words.
func (s Source) String() string {
	if len(s.From) == 0 {
		return s.What
	}
	return s.What + " (from " + strings.Join(s.From, ", else ") + ")"
}

// Describe returns a description of every trial, with what it takes from the others.
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
