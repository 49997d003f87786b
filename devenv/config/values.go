package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// value reads one entry's value into dst, by dst's type, and records its position.
func (r *reader) value(entry *ast.MappingValueNode, key string, dst reflect.Value) {
	n := r.unwrap(entry.Value)
	at := entry.Value.GetToken()
	_, null := n.(*ast.NullNode)
	if n == nil || null {
		at = entry.Key.GetToken()
	}
	if dst.Kind() == reflect.Struct {
		r.tokens[key] = entry.Key.GetToken()
		r.mapping(n, key, dst)
		return
	}
	if n == nil || null {
		if dst.Kind() != reflect.Map {
			r.add(at, "%s has no value: give it one or remove the key", key)
		}
		return
	}
	r.tokens[key] = at
	switch target := dst.Addr().Interface().(type) {
	case *time.Duration:
		r.duration(n, key, target)
	case *int:
		r.integer(n, key, target)
	case *bool:
		if set := r.boolean(n, key); set != nil {
			*target = *set
		}
	case **bool:
		*target = r.boolean(n, key)
	case *[]string:
		r.list(n, key, target)
	case *map[string]string:
		*target = map[string]string{}
		r.table(n, key, func(name, text string) { (*target)[name] = text })
	case *map[string]Severity:
		*target = map[string]Severity{}
		r.table(n, key, func(name, text string) { (*target)[name] = Severity(text) })
	default:
		if text, ok := r.text(n, key); ok {
			dst.SetString(text)
		}
	}
}

// text reads a scalar as written: 3.10 stays "3.10". It returns false, and records a problem, if the node is not a
// scalar.
func (r *reader) text(n ast.Node, key string) (string, bool) {
	switch node := n.(type) {
	case *ast.StringNode:
		return node.Value, true
	case *ast.LiteralNode:
		return node.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case *ast.NullNode, nil:
		return "", true
	}
	r.add(n.GetToken(), "%s must be a single value, not a list or a mapping", key)
	return "", false
}

func (r *reader) duration(n ast.Node, key string, dst *time.Duration) {
	text, ok := r.text(n, key)
	if !ok {
		return
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		r.add(n.GetToken(), "%s must be a duration with a unit, for example 90s or 2m, not %q", key, text)
		return
	}
	*dst = d
}

func (r *reader) integer(n ast.Node, key string, dst *int) {
	node, ok := n.(*ast.IntegerNode)
	if !ok {
		r.add(n.GetToken(), "%s must be a number", key)
		delete(r.tokens, key) // the problem is already recorded
		return
	}
	switch v := node.Value.(type) {
	case uint64:
		*dst = int(min(v, 1<<31))
	case int64:
		*dst = int(v)
	}
}

// boolean returns nil, and records a problem, if the node is no boolean.
func (r *reader) boolean(n ast.Node, key string) *bool {
	node, ok := n.(*ast.BoolNode)
	if !ok {
		r.add(n.GetToken(), "%s must be true or false", key)
		return nil
	}
	return &node.Value
}

func (r *reader) list(n ast.Node, key string, dst *[]string) {
	node, ok := n.(*ast.SequenceNode)
	if !ok {
		text := "…"
		if s, scalar := n.(*ast.StringNode); scalar {
			text = s.Value
		}
		r.add(n.GetToken(), "%s must be a list, for example [%s]", key, text)
		return
	}
	*dst = []string{}
	for _, item := range node.Values {
		switch text, ok := r.text(r.unwrap(item), "an entry of "+key); {
		case ok && text == "":
			r.add(item.GetToken(), "%s contains an empty entry", key)
		case ok:
			r.tokens[entry(key, len(*dst))] = item.GetToken()
			*dst = append(*dst, text)
		}
	}
}

// table reads a mapping of arbitrary names to scalars.
func (r *reader) table(n ast.Node, section string, set func(name, text string)) {
	r.entries(n, section, func(name string, entry *ast.MappingValueNode) {
		key := join(section, name)
		r.tokens[key] = entry.Key.GetToken()
		if text, ok := r.text(r.unwrap(entry.Value), key); ok {
			set(name, text)
		}
	})
}

// unknown records a key that does not exist, with the closest one that does.
func (r *reader) unknown(at *token.Token, section, key string, fields map[string]int) {
	known := slices.Sorted(maps.Keys(fields))
	if near := closest(key, known); near != "" {
		r.add(at, "unknown key %q: did you mean %q?", join(section, key), join(section, near))
		return
	}
	r.add(at, "unknown key %q: the keys of %s are %s", join(section, key), sectionName(section), strings.Join(known, ", "))
}
