package compose_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/compose"
	"devenv/devenv/report"
)

func TestTheCopyCommandIsQuotedForTheShell(t *testing.T) {
	root := writeFiles(t, map[string]string{
		"compose.yaml":     "services: {web: {image: web, env_file: [\"./a b/.env\"]}}\n",
		"a b/.env.example": "PASSWORD=s3cr3t-of-the-example\n",
	})
	t.Chdir(root)
	_, err := connect(t).Load(t.Context(), compose.LoadOptions{WorkingDir: root})
	if err == nil || !strings.Contains(err.Error(), "the env file 'a b/.env' does not exist") ||
		!strings.HasSuffix(report.HintOf(err), "cp 'a b/.env.example' 'a b/.env'") {
		t.Errorf("%v\n%s", err, report.HintOf(err))
	}
}

func TestMissingEnvFilesAreAllNamed(t *testing.T) {
	root := writeFiles(t, map[string]string{
		"compose.yaml": "services:\n  web: {image: web, env_file: [ui/.env, .env]}\n  api: {image: api, env_file: [.env, api.env]}\n" +
			"  job: {image: job, env_file: [{path: optional.env, required: false}]}\n" +
			"  off: {image: off, env_file: off.env, profiles: [off]}\n",
		".env.example": "A=1\n", "ui/.env.sample": "B=1\n",
	})
	t.Chdir(root)
	for range 5 { // Compose goes through the services in any order
		_, err := connect(t).Load(t.Context(), compose.LoadOptions{WorkingDir: root})
		if err == nil || !strings.Contains(err.Error(), "the env files .env, api.env, ui/.env do not exist") ||
			!strings.Contains(report.HintOf(err), "cp .env.example .env && cp ui/.env.sample ui/.env\ncreate api.env; if git ignores it") {
			t.Errorf("%v\n%s", err, report.HintOf(err))
		}
	}
}

func TestUnsetVariablesAreNamed(t *testing.T) {
	const file = `
services:
  db:
    image: "postgres:${PG_MAJOR}"
    environment: {POSTGRES_PASSWORD: $PASSWORD, PRICE: "$$FREE", WITH_DEFAULT: "${OTHER:-x}", EMPTY: "${NONE-}", SET: "${SET_HERE}", OF_COMPOSE: "${COMPOSE_PROJECT_NAME} ${PWD}"}
    # ${IN_A_COMMENT}
`
	t.Setenv("SET_HERE", "")
	for name, c := range map[string]struct {
		files  map[string]string
		unset  string
		failed string
	}{
		"no .env":               {map[string]string{}, "PASSWORD PG_MAJOR", ""},
		"a .env that sets them": {map[string]string{".env": "PASSWORD=x\nPG_MAJOR=17\n", ".env.example": "PASSWORD=y\n"}, "", ""},
		"a .env that sets one":  {map[string]string{".env": "PASSWORD=x\n", ".env.example": "PG_MAJOR=17\n"}, "PG_MAJOR", ""},
		"an example that has a value": {
			map[string]string{".env.example": "PG_MAJOR=17\nPASSWORD=\n"},
			"PASSWORD PG_MAJOR",
			"nothing else sets PG_MAJOR",
		},
		"an example that has something else": {map[string]string{".env.example": "OTHER=17\nPASSWORD=\n"}, "PASSWORD PG_MAJOR", ""},
		"an example beside a file named here": {
			map[string]string{".env.example": "PG_MAJOR=17\n", "ci.env": "PG_MAJOR=18\n"},
			"PASSWORD",
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.files["compose.yaml"] = file
			root := writeFiles(t, c.files)
			o := compose.LoadOptions{WorkingDir: root}
			if c.files["ci.env"] != "" {
				o.EnvFiles = []string{filepath.Join(root, "ci.env")}
			}
			project, err := connect(t).Load(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			unset, err := compose.CheckVariables(project, o)
			if got := strings.Join(unset, " "); got != c.unset {
				t.Errorf("unset: %q, want %q", got, c.unset)
			}
			switch {
			case c.failed == "" && err != nil:
				t.Error(err)
			case c.failed != "" &&
				(err == nil || !strings.Contains(err.Error(), c.failed) || !strings.Contains(report.HintOf(err), "cp ") ||
					report.KindOf(err) != report.KindUsage):
				t.Errorf("%v\n%s", err, report.HintOf(err))
			}
		})
	}
}

func TestAMissingRequiredVariableNamesTheExampleFile(t *testing.T) {
	root := writeFiles(t, map[string]string{
		"compose.yaml": "services: {web: {image: \"web:${TAG:?which one}\"}}\n",
		".env.example": "TAG=1\n",
	})
	t.Chdir(root)
	_, err := connect(t).Load(t.Context(), compose.LoadOptions{WorkingDir: root})
	if err == nil || !strings.Contains(err.Error(), "TAG") || !strings.HasSuffix(report.HintOf(err), "cp .env.example .env") {
		t.Errorf("%v\n%s", err, report.HintOf(err))
	}
	if err := os.WriteFile(".env", []byte("TAG=\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = connect(t).Load(t.Context(), compose.LoadOptions{WorkingDir: root})
	if report.HintOf(err) != "set TAG in .env" {
		t.Errorf("where .env does not set it: %v\n%s", err, report.HintOf(err))
	}
}

func TestARequiredVariableIsNamedOnce(t *testing.T) {
	root := writeFiles(t, map[string]string{
		"compose.yaml": "services:\n  api:\n    image: api\n" +
			"    environment: [\"K=${KEY:?which key}\", \"L=${KEY:?which key}\", \"T=${TAG:?which tag}\"]\n",
		".env": "",
	})
	t.Chdir(root)
	_, err := connect(t).Load(t.Context(), compose.LoadOptions{WorkingDir: root})
	if err == nil || strings.Count(err.Error(), "which key") != 1 || strings.Count(err.Error(), "which tag") != 1 ||
		report.HintOf(err) != "set KEY, TAG in .env" {
		t.Errorf("%v\n%s", err, report.HintOf(err))
	}
}

func TestAnEmptyValueNamesItsVariable(t *testing.T) {
	for name, c := range map[string]struct{ service, says, hint string }{
		"a port":               {`ports: ["80:80", "${HOST}::${PORT}"]`, "the port ${HOST}::${PORT} of service web is 127.0.0.1::,", "set PORT in .env"},
		"two ports":            {`ports: ["${PORT}", "${OTHER}"]`, "the port ${PORT} of service web is empty", "set OTHER, PORT in .env"},
		"nothing but a port":   {`ports: ["${PORT}"]`, "the port ${PORT} of service web is empty, because nothing sets PORT", "set PORT in .env"},
		"a port that is wrong": {`ports: ["abc:80"]`, "the port abc:80 of service web: invalid hostPort", "HOST:CONTAINER"},
		"a mount":              {`volumes: ["${DATA}:/data"]`, "empty section between colons", "nothing sets DATA"},
		"a size":               {`mem_limit: "${SIZE}"`, "mem_limit", "nothing sets SIZE"},
	} {
		t.Run(name, func(t *testing.T) {
			root := writeFiles(t, map[string]string{
				"compose.yaml": "services: {web: {image: web, " + c.service + "}}\n", ".env": "HOST=127.0.0.1\n",
			})
			t.Chdir(root)
			_, err := connect(t).Load(t.Context(), compose.LoadOptions{WorkingDir: root})
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(report.HintOf(err), c.hint) {
				t.Errorf("%v\n%s", err, report.HintOf(err))
			}
		})
	}
}
