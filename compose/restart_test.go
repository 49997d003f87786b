package compose_test

import (
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
)

func TestRestartsFollowsTheRestartPolicy(t *testing.T) {
	restart := func(policy string) (s types.ServiceConfig) {
		s.Restart = policy
		return s
	}
	deploy := func(condition string) (s types.ServiceConfig) {
		s.Deploy = &types.DeployConfig{RestartPolicy: &types.RestartPolicy{Condition: condition}}
		return s
	}
	for name, c := range map[string]struct {
		service      types.ServiceConfig
		zero, failed bool
	}{
		"no policy":         {restart(""), false, false},
		"no":                {restart("no"), false, false},
		"always":            {restart("always"), true, true},
		"unless-stopped":    {restart("unless-stopped"), true, true},
		"on-failure":        {restart("on-failure"), false, true},
		"on-failure:3":      {restart("on-failure:3"), false, true},
		"deploy any":        {deploy("any"), true, true},
		"deploy on-failure": {deploy("on-failure"), false, true},
		"deploy none":       {deploy("none"), false, false},
	} {
		if zero, failed := compose.Restarts(c.service, 0), compose.Restarts(c.service, 2); zero != c.zero || failed != c.failed {
			t.Errorf("%s: %v after 0, %v after 2", name, zero, failed)
		}
	}
}

func TestDeclaredPortsAreContainerTCPPorts(t *testing.T) {
	var service types.ServiceConfig
	service.Ports = []types.ServicePortConfig{
		{Target: 8080, Published: "80", Protocol: "tcp"},
		{Target: 53, Protocol: "udp"},
		{Target: 8080, Published: "81"},
	}
	service.Expose = types.StringOrNumberList{"9000", "9001/udp", "7000/tcp"}
	if got := compose.DeclaredPorts(service); !slices.Equal(got, []int{7000, 8080, 9000}) {
		t.Errorf("%v", got)
	}
}
