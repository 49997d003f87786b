package devenv

import (
	"strings"
	"testing"

	"devenv/compose"
	"devenv/devenv/config"
)

func TestTheConfigurationKeepsOnlyKnownRights(t *testing.T) {
	named := map[string]string{"cap_add": ".SYS_PTRACE", "security_opt": ".seccomp=unconfined"}
	for _, key := range compose.Rights() {
		if _, err := config.Parse([]byte("scratch: {keep: ["+key+named[key]+"]}"), "/r/.devenv.yaml", ".", config.Known{}); err != nil {
			t.Errorf("%s cannot be kept: %v", key, err)
		}
	}
	_, err := config.Parse([]byte("scratch: {keep: [everything]}"), "/r/.devenv.yaml", ".", config.Known{})
	if all := "the rights are " + strings.Join(compose.Rights(), ", ") + "\n"; err == nil || !strings.Contains(err.Error(), all) {
		t.Errorf("the rights are not %q: %v", all, err)
	}
}
