package redact

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestASecretIsTakenOutOfEveryPartOfAFailure(t *testing.T) {
	var r Redactor
	r.Learn([]string{"hunter2hunter2"}, nil)
	err := r.Error(report.Fail(report.KindUsage, "try hunter2hunter2", "connect with hunter2hunter2: %w", context.Canceled).
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
	var r Redactor
	r.Learn([]string{"postgres", "pw"}, []string{"postgres"})
	if got := r.Text("service postgres, pw"); got != "service postgres, pw" {
		t.Errorf("public words were taken out: %q", got)
	}
}

func TestTheLongerOfTwoSecretsGoesFirst(t *testing.T) {
	var r Redactor
	r.Learn([]string{"secret", "secret-and-more"}, nil)
	if got := r.Text("secret-and-more"); got != Mark {
		t.Errorf("a rest of the longer secret is left: %q", got)
	}
}

func TestAPasswordThatIsAWordIsTakenOutWhereItStandsAlone(t *testing.T) {
	var r Redactor
	r.Learn([]string{"password"}, nil)
	for text, want := range map[string]string{
		"postgresql://app:password@db/shop":                  "postgresql://app:" + Mark + "@db/shop",
		"PGPASSWORD=password psql":                           "PGPASSWORD=" + Mark + " psql",
		"'password' is refused":                              "'" + Mark + "' is refused",
		"ALTER TABLE purge_password_reset_tokens ADD COLUMN": "ALTER TABLE purge_password_reset_tokens ADD COLUMN",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestASecretOfManyKindsOfCharactersIsTakenOutAnywhere(t *testing.T) {
	var r Redactor
	r.Learn([]string{"a+b(c|d.e"}, nil)
	if got := r.Text("xa+b(c|d.ey"); got != "x"+Mark+"y" {
		t.Errorf("it became %q", got)
	}
}
