package engine

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestServicesHealthcheckGoesBeforeTheImages(t *testing.T) {
	image := Image{health: HealthTest{Test: []string{"CMD-SHELL", "ask me"}, Timeout: time.Second, Retries: 5}}
	bash := image
	bash.content.Shell = []string{"/bin/bash", "-ec"}
	for name, test := range map[string]struct {
		image   Image
		service HealthTest
		want    Healthcheck
	}{
		"neither states one": {want: Healthcheck{Timeout: 30 * time.Second, Retries: 3}},
		"only the image":     {image: image, want: Healthcheck{Command: []string{"/bin/sh", "-c", "ask me"}, Timeout: time.Second, Retries: 5}},
		"the image's shell":  {image: bash, want: Healthcheck{Command: []string{"/bin/bash", "-ec", "ask me"}, Timeout: time.Second, Retries: 5}},
		"parts of both": {
			image: image, service: HealthTest{Retries: 2, StartPeriod: time.Minute},
			want: Healthcheck{Command: []string{"/bin/sh", "-c", "ask me"}, Timeout: time.Second, StartPeriod: time.Minute, Retries: 2},
		},
		"only the service": {
			service: HealthTest{Test: []string{"CMD", "ask", "it"}},
			want:    Healthcheck{Command: []string{"ask", "it"}, Timeout: 30 * time.Second, Retries: 3},
		},
		"turned off": {image: image, service: HealthTest{Test: []string{"NONE"}}, want: Healthcheck{Timeout: time.Second, Retries: 5}},
	} {
		if diff := cmp.Diff(test.want, test.image.Healthcheck(test.service)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
