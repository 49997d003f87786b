package project

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/redact"
)

func TestRandomLookingProjectNamesAreNoSecrets(t *testing.T) {
	p := &types.Project{
		Name:     "torture6b0b70a81",
		Services: types.Services{"db": {Name: "db", ContainerName: "db-kJ8sP2qLm9ZxTr4w"}},
		Volumes:  types.Volumes{"pgdata": {Name: "torture6b0b70a81_pgdata"}},
		Networks: types.Networks{"default": {Name: "torture6b0b70a81_default"}},
		Secrets:  types.Secrets{"password": {Name: "torture6b0b70a81_password"}},
		Configs:  types.Configs{"conf": {Name: "torture6b0b70a81_conf"}},
	}
	r := redact.New()
	LearnModel(r, p)
	for _, text := range []string{
		"the volume torture6b0b70a81_pgdata is gone", "network torture6b0b70a81_default", "torture6b0b70a81_password", "torture6b0b70a81_conf",
		"container torture6b0b70a81-db-1 of torture6b0b70a81", "container db-kJ8sP2qLm9ZxTr4w",
	} {
		if got := r.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
