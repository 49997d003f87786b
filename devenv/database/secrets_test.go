package database

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestOnlyDistinctiveValuesCountAsSecrets(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"6b1f0c9d2e7a48f3": true, "hunter2hunter2": true, "s3cret-9": true, "correcthorsebatterystaple": true, `p@ss%41:w/o'rd"\ &`: true,
		"/9j/4AAQSkZJRgABAQ": true, "line one\nline two": true,
		"": false, "postgres": false, "password": false, "toolshed": false, "hunter2": false, "17": false, "12345678": false,
		"/etc/ssl/private/ssl-cert-snakeoil.key": false, "/run/secrets/password": false, "/home/Ada/src/Shop_2": false,
	} {
		if got := len(NewSecrets([]string{value})) == 1; got != want {
			t.Errorf("%q counts: %v, want %v", value, got, want)
		}
	}
}

func TestSecretIsFoundAnywhereInJSON(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets([]string{testPassword})
	escaped, err := json.Marshal(map[string]string{"seen": "postgres://app:" + testPassword + "@db"})
	if err != nil {
		t.Fatal(err)
	}
	for want, document := range map[string]any{
		"ContainerConfig.Env[POSTGRES_PASSWORD]": map[string]any{"ContainerConfig": map[string]any{"Env": []string{
			"A=b", "POSTGRES_PASSWORD=" + testPassword,
		}}},
		"Config.Cmd[1]": map[string]any{"Config": map[string]any{"Cmd": []string{"postgres", "-c secret=" +
			testPassword}}},
		"Config.Labels.dev.devenv.base.seen": map[string]any{
			"Config": map[string]any{"Labels": map[string]any{"dev.devenv.base": string(escaped)}},
		},
		"Config.Labels": map[string]any{"Config": map[string]any{"Labels": map[string]any{testPassword: 1}}},
		"":              map[string]any{"Config": map[string]any{"Env": []string{"POSTGRES_PASSWORD="}}},
	} {
		raw, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := secrets.inJSON(raw); err != nil || got != want {
			t.Errorf("it was found at %q, want %q: %v", got, want, err)
		}
	}
}

func TestSecretIsFoundAcrossReadBoundaries(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets([]string{"hunter2hunter2", "a-much-longer-secret-than-the-other-1"})
	for _, before := range []int{0, 1, window - 5, window, window + 1, 3*window - 7} {
		text := strings.Repeat("x", before) + "hunter2hunter2" + strings.Repeat("y", 10)
		if found, err := secrets.finder().read(strings.NewReader(text)); !found || err != nil {
			t.Errorf("behind %d bytes: %v, %v", before, found, err)
		}
	}
	if found, err := secrets.finder().read(bytes.NewReader(make([]byte, 2*window+3))); found || err != nil {
		t.Errorf("in nothing: %v, %v", found, err)
	}
}

// TestFinderFindsExactlyThePresentSecrets searches texts over a small alphabet, in which heads and blocks of many
// secrets are frequent.
func TestFinderFindsExactlyThePresentSecrets(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // texts
	text := func(length int) string {
		letters := make([]byte, length)
		for i := range letters {
			letters[i] = "ab"[random.IntN(2)]
		}
		return string(letters)
	}
	found := 0
	for range 500 {
		secrets := Secrets{text(8), text(9), text(8 + random.IntN(5))}
		content := text(random.IntN(120))
		want := secrets.in(content)
		if got := secrets.finder().in([]byte(content)); got != want {
			t.Fatalf("one of %q in %q: %v, want %v", secrets, content, got, want)
		}
		if want {
			found++
		}
	}
	if found < 100 || found > 400 {
		t.Errorf("%d of 500 texts contain one: too few of either kind to tell", found)
	}
}

func TestProjectWordsAreNoSecretsInItsImages(t *testing.T) {
	t.Parallel()
	meta := Meta{
		Ref: "refs/heads/feature-2026", Settings: Settings{Database: "shop_4f8e91c2", Image: "registry.example/postgres:17-b3d1"},
		Inputs: []string{"build context https://hunter2hunter2@host.example/x.git"},
	}
	got := NewSecrets([]string{"shop_4f8e91c2", "feature-2026", "postgres:17-b3d1", "hunter2hunter2"}).without(meta.words())
	if len(got) != 1 || got[0] != "hunter2hunter2" {
		t.Errorf("they are %q", got)
	}
}

func TestToolOutputIsKeptWithoutSecrets(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(Meta{Key: "k", Baselines: map[string]json.RawMessage{"apply.scratch": json.RawMessage(`{"message":"cannot reach app:hunter2hunter2@db","line":12345678901234567}`)}})
	if err != nil {
		t.Fatal(err)
	}
	clean, err := NewSecrets([]string{"hunter2hunter2"}).cleaned(raw)
	if text := string(clean); err != nil || strings.Contains(text, "hunter2") ||
		!strings.Contains(text, "cannot reach app:[redacted]@db") ||
		!strings.Contains(text, "12345678901234567") {
		t.Errorf("it became %s: %v", clean, err)
	}
	var meta Meta
	if err := json.Unmarshal(clean, &meta); err != nil || meta.Key != "k" {
		t.Errorf("it is no longer metadata: %+v %v", meta, err)
	}
}
