package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/invopop/jsonschema"
)

// Schema returns the configuration's JSON schema, indented, for editors.
func Schema(known Known) ([]byte, error) {
	reflector := jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: true, Anonymous: true,
		Mapper: mapType,
	}
	schema := reflector.Reflect(&Config{})
	schema.Title = FileName
	if section, ok := schema.Properties.Get("migrations"); ok && len(known.Tools) > 0 {
		tool, _ := section.Properties.Get("tool")
		for _, name := range known.Tools {
			tool.Enum = append(tool.Enum, name)
		}
	}
	content, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the configuration's schema: %w", err)
	}
	return append(content, '\n'), nil
}

// mapType returns the schema of types whose YAML differs from their Go representation.
func mapType(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9.]+(ns|us|µs|ms|s|m|h))+$`}
	case reflect.TypeFor[Severity]():
		return &jsonschema.Schema{Type: "string", Enum: []any{SeverityFail, SeverityWarn, SeverityOff}}
	case reflect.TypeFor[map[string]string]():
		return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{
			OneOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}},
		}}
	}
	return nil
}
