package devenv

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestASecretIsTakenOutOfEveryPartOfAFailure(t *testing.T) {
	var r redactor
	r.learn([]string{"hunter2hunter2"}, nil)
	err := r.failure(report.Fail(report.KindUsage, "try hunter2hunter2", "connect with hunter2hunter2: %w", context.Canceled).
		WithOutput([]string{"password=hunter2hunter2"}))
	all := err.Error() + report.HintOf(err) + strings.Join(report.OutputOf(err), "") + fmt.Sprintf("%+v", errors.Unwrap(err))
	if strings.Contains(all, "hunter2") {
		t.Errorf("the secret is still in %q", all)
	}
	if !errors.Is(err, context.Canceled) || report.KindOf(err) != report.KindUsage {
		t.Errorf("the failure lost its cause or kind: %v", err)
	}
}

func TestAPasswordThatIsAlsoAPublicWordStays(t *testing.T) {
	var r redactor
	r.learn([]string{"postgres", "pw"}, []string{"postgres"})
	if got := r.text("service postgres, pw"); got != "service postgres, pw" {
		t.Errorf("public words were taken out: %q", got)
	}
}

func TestTheLongerOfTwoSecretsGoesFirst(t *testing.T) {
	var r redactor
	r.learn([]string{"secret", "secret-and-more"}, nil)
	if got := r.text("secret-and-more"); got != redacted {
		t.Errorf("a rest of the longer secret is left: %q", got)
	}
}

func TestAPasswordThatIsAWordIsTakenOutWhereItStandsAlone(t *testing.T) {
	var r redactor
	r.learn([]string{"password"}, nil)
	for text, want := range map[string]string{
		"postgresql://app:password@db/shop":                  "postgresql://app:" + redacted + "@db/shop",
		"PGPASSWORD=password psql":                           "PGPASSWORD=" + redacted + " psql",
		"'password' is refused":                              "'" + redacted + "' is refused",
		"ALTER TABLE purge_password_reset_tokens ADD COLUMN": "ALTER TABLE purge_password_reset_tokens ADD COLUMN",
	} {
		if got := r.text(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestASecretOfManyKindsOfCharactersIsTakenOutAnywhere(t *testing.T) {
	var r redactor
	r.learn([]string{"a+b(c|d.e"}, nil)
	if got := r.text("xa+b(c|d.ey"); got != "x"+redacted+"y" {
		t.Errorf("it became %q", got)
	}
}
