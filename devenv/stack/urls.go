package stack

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"devenv/compose/engine"
)

// urlsOf returns the addresses of a container's published ports.
func urlsOf(ctx context.Context, c engine.Container) []string {
	var urls []string
	for target, address := range c.Ports {
		if !strings.HasSuffix(target, "/tcp") || c.State != "running" {
			continue
		}
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			continue
		}
		if address = net.JoinHostPort("127.0.0.1", port); !isPostgres(c) {
			address = schemeOf(ctx, address)
		}
		urls = append(urls, address)
	}
	slices.Sort(urls)
	return urls
}

// isPostgres reports whether a container runs Postgres, by what its image sets: it would log a complaint if asked for
// HTTP.
func isPostgres(c engine.Container) bool {
	return slices.ContainsFunc(c.Env, func(v string) bool { return strings.HasPrefix(v, "PGDATA=") || strings.HasPrefix(v, "PG_MAJOR=") })
}

// schemeOf returns http:// if an address speaks HTTP.
func schemeOf(ctx context.Context, address string) string {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		return address
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return address
	}
	_ = response.Body.Close() // it was not read
	return "http://" + address
}
