package config

import (
	"strings"

	"github.com/goccy/go-yaml"
)

// With returns a line with one key of the top level, such as "compose: {profiles: [dev]}", completed by what the file
// says below that key: the line may then stand in its place.
func (c *Config) With(line string) string {
	var added, written yaml.MapSlice
	if !c.Has(strings.SplitN(line, ":", 2)[0]) || yaml.UnmarshalWithOptions([]byte(line), &added, yaml.UseOrderedMap()) != nil ||
		yaml.UnmarshalWithOptions([]byte(strings.Join(c.source.lines, "\n")), &written, yaml.UseOrderedMap()) != nil || len(added) != 1 {
		return line
	}
	for _, entry := range written {
		if entry.Key == added[0].Key {
			added[0].Value = merged(entry.Value, added[0].Value)
		}
	}
	out, err := yaml.MarshalWithOptions(added, yaml.Flow(true))
	if err != nil {
		return line
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(out)), "{"), "}")
}

// merged returns a mapping with another one's entries, which win; anything else is replaced.
func merged(old, added any) any {
	into, isMap := old.(yaml.MapSlice)
	from, areMaps := added.(yaml.MapSlice)
	if !isMap || !areMaps {
		return added
	}
	for _, entry := range from {
		known := false
		for i := range into {
			if into[i].Key == entry.Key {
				into[i].Value, known = merged(into[i].Value, entry.Value), true
			}
		}
		if !known {
			into = append(into, entry)
		}
	}
	return into
}
