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

func TestPasswordWordsAreRedactedOnlyAsPasswords(t *testing.T) {
	for _, word := range []string{"postgres", "acme", "shopfront", "user", "app"} {
		url := "postgresql://" + word + ":" + word + "@" + word + "/" + word
		service := func(name, image string, environment types.MappingWithEquals) types.ServiceConfig {
			return types.ServiceConfig{Name: name, ContainerSpec: types.ContainerSpec{Image: image, Environment: environment}}
		}
		r := redact.New()
		LearnModel(r, &types.Project{Name: "p", Services: types.Services{
			word: service(word, word+"/"+word+":17", types.MappingWithEquals{
				"POSTGRES_PASSWORD": &word, "POSTGRES_USER": &word, "POSTGRES_DB": &word,
			}),
			"app": service("app", "", types.MappingWithEquals{"DATABASE_URL": &url}),
		}})
		for _, text := range []string{
			"database " + word + " (its image " + word + "/" + word + ":17)",
			"user " + word + ", database " + word + ", port 5432, as " + word,
			"the service " + word + " runs " + word, "host=" + word + " dbname=" + word, `database "` + word + `" does not exist`,
		} {
			if got := r.Text(text); got != text {
				t.Errorf("%q became %q", text, got)
			}
		}
		if got, want := r.Text(url), "postgresql://"+word+":"+redact.Mark+"@"+word+"/"+word; got != want {
			t.Errorf("the address became %q, want %q", got, want)
		}
		if got := r.Text("POSTGRES_PASSWORD=" + word); got != "POSTGRES_PASSWORD="+redact.Mark {
			t.Errorf("the variable became %q", got)
		}
	}
}
