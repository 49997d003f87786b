package testbed

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/forward"
)

// TestWhatIsKnownIsWrittenWhole looks for fields that encoding/gob leaves out without a word, and compares what comes
// back.
func TestWhatIsKnownIsWrittenWhole(t *testing.T) {
	t.Parallel()
	expectExported(t, reflect.TypeFor[known](), map[reflect.Type]bool{})
	path := filepath.Join(t.TempDir(), "key")
	want := known{
		Before: State{
			Fingerprint: data.Fingerprint{Tables: []data.TablePrint{{OID: 16384, Name: "items", Rows: 3, Columns: []data.ColumnPrint{{Name: "id"}}}}},
			Catalog:     catalog.Catalog{Objects: map[string]catalog.Object{"table:public.items": {Parts: []string{"table"}}}},
			Shape:       catalog.Shape{Version: 170002, Tables: []catalog.Table{{OID: 16384, Rows: true}}},
			Access:      forward.Access{Rights: map[forward.Grant]string{{Role: "app", Object: "table:public.items"}: "SELECT"}},
		},
		Writers: map[uint32][]string{16384: {"app"}},
	}
	if err := writeKnown(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := readKnown(path)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("it comes back otherwise: %v\n%s", err, diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read it: %v %v", info.Mode(), err)
	}
}

// expectExported fails the test for every field below a type that is not exported.
func expectExported(t *testing.T, of reflect.Type, seen map[reflect.Type]bool) {
	t.Helper()
	if seen[of] {
		return
	}
	seen[of] = true
	switch of.Kind() {
	case reflect.Map:
		expectExported(t, of.Key(), seen)
		expectExported(t, of.Elem(), seen)
	case reflect.Slice, reflect.Pointer, reflect.Array:
		expectExported(t, of.Elem(), seen)
	case reflect.Struct:
		for i := range of.NumField() {
			if !of.Field(i).IsExported() {
				t.Errorf("%s.%s is not written", of, of.Field(i).Name)
			}
			expectExported(t, of.Field(i).Type, seen)
		}
	case reflect.Interface, reflect.Func, reflect.Chan:
		t.Errorf("a %s cannot be written", of)
	}
}

func TestOnlyBasesUsedLastStayKnown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i, name := range []string{"first", "second", "third"} {
		path := filepath.Join(dir, name)
		if err := writeKnown(path, known{}); err != nil {
			t.Fatal(err)
		}
		long := time.Now().Add(time.Duration(i-9) * time.Hour)
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := readKnown(filepath.Join(dir, "first")); err != nil {
		t.Fatal(err)
	}
	forgetOldest(dir, 2)
	for name, stays := range map[string]bool{"first": true, "second": false, "third": true} {
		if _, err := readKnown(filepath.Join(dir, name)); (err == nil) != stays {
			t.Errorf("%s stays: %t, want %t: %v", name, err == nil, stays, err)
		}
	}
}

func TestADamagedFileIsNotKnown(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if err := writeKnown(path, known{Writers: map[uint32][]string{1: {"app"}}}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()-1); err != nil {
		t.Fatal(err)
	}
	if found, err := readKnown(path); err == nil {
		t.Errorf("it is read: %v", found)
	}
}
