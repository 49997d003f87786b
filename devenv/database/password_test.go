package database

import (
	"testing"
)

func TestACloneAcceptsTheBranchsPassword(t *testing.T) {
	t.Parallel()
	e := requireEngine(t)
	first := start(t, e, service(nil), nil)
	settings := first.settings
	base := keep(t, e, first, Meta{})
	const other = "the-branch's"
	for kept, old := range map[bool]bool{false: true, true: false} {
		settings.Password = testPassword
		server := clone(t, e, CloneOptions{Image: base, Settings: settings, Password: other, Kept: kept})
		for password, want := range map[string]bool{other: true, testPassword: old} {
			settings.Password = password
			conn, err := connect(t.Context(), server.address, settings, server.dial())
			if (err == nil) != want {
				t.Errorf("kept %v: %q is accepted: %v, %v", kept, password, err == nil, err)
			}
			if conn != nil {
				_ = conn.Close(t.Context())
			}
		}
		if conn, err := server.Connect(t.Context()); err != nil {
			t.Errorf("kept %v: devenv itself: %v", kept, err)
		} else {
			_ = conn.Close(t.Context())
		}
	}
}
