package tool

import (
	"slices"
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestUnsetSettingsAreNamedWithTheirPlace(t *testing.T) {
	t.Parallel()
	for output, want := range map[string][]string{
		"ValidationError: 2 validation errors for Settings\nsmtp_user\n  Field required [type=missing, input_value={}]\n" +
			"debug\n  Input should be a valid boolean [type=bool_parsing]\napi_key\n  Field required [type=missing]": {"API_KEY", "SMTP_USER"},
		"  File \"/app/env.py\", line 7, in <module>: url = os.environ['DATABASE_URL']\nKeyError: 'DATABASE_URL'": {"DATABASE_URL"},
		"decouple.UndefinedValueError: SECRET not found. Declare it as envvar or define a default value.":         {"SECRET"},
		"KeyError: 'TENANT_ID'": nil,
		"1 validation error for Item\nname\n  Field required [type=missing, input_value={}, input_type=dict]": nil,
	} {
		err := report.Fail(report.KindWork, "mend it there", "run the base's migrations").WithOutput(strings.Split(output, "\n"))
		if got := unsetSettings(err); !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", output, got, want)
		}
		hint := report.HintOf(explainUnset(err))
		if len(want) == 0 && hint != "mend it there" || len(want) > 0 && !strings.Contains(hint, want[0]+": …") {
			t.Errorf("%q: the hint is %q", output, hint)
		}
	}
}
