package compose

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Restarts reports whether the engine would restart a service's container after it exited with a code, by the
// service's restart policy. Scratch containers have no policy: whoever waits for them decides whether and how often.
func Restarts(s types.ServiceConfig, code int) bool {
	switch policy, _, _ := strings.Cut(s.Restart, ":"); policy {
	case types.RestartPolicyAlways, types.RestartPolicyUnlessStopped:
		return true
	case types.RestartPolicyOnFailure:
		return code != 0
	case "":
	default:
		return false
	}
	if s.Deploy == nil || s.Deploy.RestartPolicy == nil {
		return false
	}
	condition := s.Deploy.RestartPolicy.Condition
	return condition == "any" || condition == "" || condition == "on-failure" && code != 0
}
