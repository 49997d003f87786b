package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Parse parses a configuration. File is its path for messages, dir its directory relative to the repository's root,
// with slashes; checks are the ids allowed in `checks:`. Errors are as Load's.
func Parse(content []byte, file, dir string, known Known) (*Config, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	c := &Config{File: file, Dir: dir, source: newSource(content)}
	r := &reader{name: nameIn(dir), source: &c.source, anchors: map[string]ast.Node{}}
	tree, err := parser.ParseBytes(content, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return nil, r.failure()
	}
	if len(tree.Docs) > 1 {
		r.add(tree.Docs[1].GetToken(), "the file must contain a single YAML document")
	}
	if len(tree.Docs) > 0 && tree.Docs[0].Body != nil {
		ast.Walk(r, tree.Docs[0].Body)
		r.mapping(tree.Docs[0].Body, "", reflect.ValueOf(c).Elem())
	}
	r.validate(c, known)
	if err := r.failure(); err != nil {
		return nil, err
	}
	return c, nil
}

// reader converts the file's nodes to a Config and collects all problems on the way.
type reader struct {
	*source
	name     string
	anchors  map[string]ast.Node
	problems []problem
}

// Visit records anchors, so that aliases can be followed.
func (r *reader) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok {
		r.anchors[a.Name.GetToken().Value] = a.Value
	}
	return r
}

// add records a problem at a token.
func (r *reader) add(at *token.Token, format string, args ...any) {
	p := problem{text: fmt.Sprintf(format, args...)}
	if at != nil {
		p.line, p.column = at.Position.Line, at.Position.Column
	}
	r.problems = append(r.problems, p)
}

// syntax records an error of the YAML parser.
func (r *reader) syntax(err error) {
	var at yaml.Error
	if errors.As(err, &at) {
		r.add(at.GetToken(), "not valid YAML: %s", at.GetMessage())
		return
	}
	r.add(nil, "not valid YAML: %v", err)
}

// unwrap follows anchors, aliases and tags to the node with the value.
func (r *reader) unwrap(n ast.Node) ast.Node {
	for range 100 { // an alias may be inside its own anchor
		switch node := n.(type) {
		case *ast.AnchorNode:
			n = node.Value
		case *ast.TagNode:
			n = node.Value
		case *ast.AliasNode:
			n = r.anchors[node.Value.GetToken().Value]
		default:
			return n
		}
	}
	return nil
}

// mapping reads a mapping node into the struct dst, whose fields' yaml tags are the keys.
func (r *reader) mapping(n ast.Node, section string, dst reflect.Value) {
	fields := keysOf(dst.Type())
	r.entries(n, section, func(key string, entry *ast.MappingValueNode) {
		index, known := fields[key]
		if !known {
			r.unknown(entry.Key.GetToken(), section, key, fields)
			return
		}
		r.value(entry, join(section, key), dst.Field(index))
	})
}

// entries calls each for every entry of a mapping node; a section without a body has none.
func (r *reader) entries(n ast.Node, section string, each func(key string, entry *ast.MappingValueNode)) {
	var values []*ast.MappingValueNode
	switch node := r.unwrap(n).(type) {
	case *ast.MappingNode:
		values = node.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{node}
	case *ast.NullNode, nil:
	default:
		r.add(n.GetToken(), "%s must be a mapping of keys to values", sectionName(section))
	}
	seen := map[string]bool{}
	for _, entry := range values {
		key := entry.Key.GetToken().Value
		if seen[key] {
			r.add(entry.Key.GetToken(), "%q is set twice", join(section, key))
			continue
		}
		seen[key] = true
		each(key, entry)
	}
}

// keysOf returns the fields of a struct by their yaml names.
func keysOf(t reflect.Type) map[string]int {
	keys := map[string]int{}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			keys[name] = i
		}
	}
	return keys
}

// sectionName names a section in a sentence.
func sectionName(section string) string {
	if section == "" {
		return "the file"
	}
	return section
}
