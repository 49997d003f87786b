package stack

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

func TestOnlyTheProjectsMountsNeedTheSamePath(t *testing.T) {
	t.Parallel()
	bind := func(source string) (s types.ServiceConfig) {
		s.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeBind, Source: source}}
		return s
	}
	model := &types.Project{Services: types.Services{"cache": {}, "proxy": bind("/etc/proxy"), "app": bind("/ws/shop/app"), "db": bind("/ws/shop")}}
	if note := outsideNote(model, "/ws/shop"); !strings.Contains(note, "below /ws/shop that app, db mount") {
		t.Errorf("the note is %q", note)
	}
	if note := outsideNote(model, "/ws/other"); note != "" {
		t.Errorf("the note is %q", note)
	}
}
