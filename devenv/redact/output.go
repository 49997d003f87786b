package redact

import (
	"errors"
	"reflect"
	"sync"

	"devenv/devenv/report"
)

// Error returns err with its kind, hint and output, without secrets. errors.Is still finds what it found in err.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	return &report.Failure{
		Kind: report.KindOf(err), Machine: report.IsMachine(err), Hint: r.Text(report.HintOf(err)), Output: r.Lines(report.OutputOf(err)),
		Err: &redacted{text: r.Text(err.Error()), err: err},
	}
}

// redacted has a redacted text and stands for the original in errors.Is only: errors.As would bring back what was
// removed.
type redacted struct {
	text string
	err  error
}

func (e *redacted) Error() string        { return e.text }
func (e *redacted) Is(target error) bool { return errors.Is(e.err, target) }

// Listener returns a listener that passes on events without secrets.
func (r *Redactor) Listener(to report.Listener) report.Listener {
	return &listener{to: to, redactor: r, outputs: map[string]*lines{}}
}

type listener struct {
	to       report.Listener
	redactor *Redactor
	mu       sync.Mutex
	outputs  map[string]*lines // the latest output of each step
}

// Emit passes the event on. The lines of a step's output are consecutive.
func (l *listener) Emit(event report.Event) {
	output, ok := event.(report.StepOutput)
	if !ok {
		l.to.Emit(Copy(l.redactor, event))
		return
	}
	output.Name, output.Line = l.redactor.Text(output.Name), l.output(output)
	l.to.Emit(output)
}

// output returns a step's next line without the secrets known by now.
func (l *listener) output(o report.StepOutput) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.redactor.lines()
	if before := l.outputs[o.Name]; before != nil {
		now.key, now.rest, now.names = before.key, before.rest, before.names
	}
	l.outputs[o.Name] = now
	return now.next(o.Line)
}

// Copy returns a copy of v, a document, an event or a list of lines, in which no text contains a secret, whatever
// field it is in: fields added later are redacted as well. Unexported fields, keys of maps, and types of fixed words
// such as report.Status stay.
func Copy[T any](r *Redactor, v T) T {
	clean := reflect.ValueOf(&v).Elem()
	clean.Set(r.value(clean))
	return v
}

// value returns a copy of v without secrets.
func (r *Redactor) value(v reflect.Value) reflect.Value {
	if err, ok := v.Interface().(error); ok && v.Kind() == reflect.Interface {
		return reflect.ValueOf(r.Error(err))
	}
	clean := reflect.New(v.Type()).Elem()
	clean.Set(v)
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			clean.SetString(r.Text(v.String()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				clean.Field(i).Set(r.value(v.Field(i)))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			clean.Set(reflect.New(v.Type().Elem()))
			clean.Elem().Set(r.value(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			clean.Set(r.value(v.Elem()))
		}
	case reflect.Slice:
		if texts, ok := v.Interface().([]string); ok {
			clean.Set(reflect.ValueOf(r.Lines(texts)))
		} else if !v.IsNil() {
			clean.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				clean.Index(i).Set(r.value(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			clean.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for key, element := range v.Seq2() {
				clean.SetMapIndex(key, r.value(element))
			}
		}
	}
	return clean
}
