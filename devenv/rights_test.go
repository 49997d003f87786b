package devenv

import (
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/devenv/config"
)

func TestTheConfigurationMayKeepEveryRightThatIsTakenAwayAndNoOther(t *testing.T) {
	named := map[string]string{"cap_add": ".SYS_PTRACE", "security_opt": ".seccomp=unconfined"}
	for _, key := range compose.Rights() {
		if _, err := config.Parse([]byte("scratch: {keep: ["+key+named[key]+"]}"), "/r/.devenv.yaml", ".", nil); err != nil {
			t.Errorf("%s cannot be kept: %v", key, err)
		}
	}
	_, err := config.Parse([]byte("scratch: {keep: [everything]}"), "/r/.devenv.yaml", ".", nil)
	if all := "there are " + strings.Join(compose.Rights(), ", ") + "\n"; err == nil || !strings.Contains(err.Error(), all) {
		t.Errorf("the rights are not %q: %v", all, err)
	}
}

func TestAClonesDatabaseHasTheRightsOfAScratchContainerAndThatIsSaid(t *testing.T) {
	var notes []string
	service := types.ServiceConfig{Name: "db", ContainerSpec: types.ContainerSpec{CapAdd: []string{"SYS_PTRACE", "SYS_ADMIN", "SYS_NICE"}, Privileged: true}}
	s := &side{
		model: &types.Project{Services: types.Services{"db": service}},
		place: &workplace{
			config: &config.Config{Scratch: config.Scratch{Keep: []string{"cap_add.SYS_PTRACE"}}},
			said:   map[string]bool{}, say: func(text string) { notes = append(notes, text) },
		},
	}
	if got := s.unprivileged("db"); got.Privileged || !slices.Equal(got.CapAdd, []string{"SYS_PTRACE", "SYS_NICE"}) {
		t.Errorf("%+v", got.ContainerSpec)
	}
	s.unprivileged("db")
	if len(notes) != 2 || !strings.Contains(strings.Join(notes, "\n"), "cap_add SYS_ADMIN") {
		t.Errorf("said: %q", notes)
	}
}
