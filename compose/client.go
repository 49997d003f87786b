// Package compose loads Compose projects as Compose does, isolates them into scratch containers, and creates and
// starts those with Compose's own SDK.
package compose

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/cli/cli/context/docker"
	cliflags "github.com/docker/cli/cli/flags"
	"github.com/docker/compose/v5/pkg/api"
	sdk "github.com/docker/compose/v5/pkg/compose"
	"github.com/sirupsen/logrus"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// ConnectOptions choose the engine as Docker's command line does; empty means its environment and current context.
type ConnectOptions struct{ Host, Context string }

// Client is Compose's SDK and the engine beneath it.
type Client struct {
	cli     *command.DockerCli
	service api.Compose
	engine  *engine.Engine
}

// Connect resolves the engine's endpoint once, as Docker's command line does, and connects to it. It suppresses what
// Compose would print.
func Connect(ctx context.Context, o ConnectOptions) (*Client, error) {
	quiet(logrus.StandardLogger())
	cli, err := command.NewDockerCli(command.WithBaseContext(ctx), command.WithInputStream(io.NopCloser(nothing{})),
		command.WithOutputStream(io.Discard), command.WithErrorStream(io.Discard))
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "set up Docker's client: %w", err)
	}
	flags := &cliflags.ClientOptions{Context: o.Context}
	if o.Host != "" {
		flags.Hosts = []string{o.Host}
	}
	if err := cli.Initialize(flags); err != nil {
		return nil, report.Fail(report.KindUsage, "check DOCKER_HOST, DOCKER_CONTEXT and docker context ls",
			"choose the Docker engine: %w", err)
	}
	if name := cli.CurrentContext(); name != command.DefaultContextName {
		if _, err := cli.ContextStore().GetMetadata(name); err != nil {
			return nil, report.Fail(report.KindUsage, "list the contexts: docker context ls",
				"choose the Docker engine by its context: %w", err)
		}
	}
	at, err := endpointOf(cli)
	if err != nil {
		return nil, err
	}
	e, err := engine.Connect(ctx, at)
	if err != nil {
		return nil, err
	}
	service, err := sdk.NewComposeService(cli, sdk.WithPrompt(refuse))
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "set up Compose: %w", err)
	}
	return &Client{cli: cli, service: service, engine: e}, nil
}

// quiet discards Compose's warnings, which go through a logger shared by the whole process.
func quiet(logger *logrus.Logger) { logger.SetOutput(io.Discard) }

// nothing is an empty input.
type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, io.EOF }

// refuse answers no to Compose's questions: all of them ask whether to destroy something that exists.
func refuse(string, bool) (bool, error) { return false, nil }

// endpointOf returns the endpoint that Docker's command line resolved, with everything needed to reach it.
func endpointOf(cli *command.DockerCli) (engine.Endpoint, error) {
	resolved := cli.DockerEndpoint()
	at := engine.Endpoint{Host: resolved.Host, Auth: credentials(cli)}
	if at.Host == "" { // Docker's client prints why and carries on
		return at, report.Fail(report.KindUsage, "check DOCKER_HOST, DOCKER_CONTEXT and docker context ls",
			"choose the Docker engine: its address is not valid")
	}
	helper, err := connhelper.GetConnectionHelper(at.Host)
	if err != nil {
		return at, report.Fail(report.KindUsage, "", "reach the Docker engine at %s: %w", at.Host, err)
	}
	switch {
	case helper != nil:
		at.Dial = helper.Dialer
	case resolved.TLSData != nil || os.Getenv("DOCKER_TLS_VERIFY") != "":
		config, err := tlsOf(resolved)
		if err != nil {
			return at, report.Fail(report.KindUsage, "check DOCKER_CERT_PATH or the context's certificates",
				"read the engine's certificates: %w",
				err)
		}
		at.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
	}
	return at, nil
}

// credentials returns the user's registry logins, for pulling. When a credential helper fails, the pull is anonymous:
// most images are public.
func credentials(cli *command.DockerCli) func(string) string {
	return func(ref string) string {
		auth, err := command.RetrieveAuthTokenFromImage(cli.ConfigFile(), ref)
		if err != nil {
			return ""
		}
		return auth
	}
}

// tlsOf returns the TLS configuration of an endpoint.
func tlsOf(e docker.Endpoint) (*tls.Config, error) {
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: e.SkipTLSVerify, //nolint:gosec // the user's own context requests it
	}
	if e.TLSData == nil {
		return config, nil
	}
	if len(e.TLSData.CA) > 0 {
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(e.TLSData.CA)
	}
	if len(e.TLSData.Cert) > 0 {
		pair, err := tls.X509KeyPair(e.TLSData.Cert, e.TLSData.Key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// Engine returns the engine beneath Compose.
func (c *Client) Engine() *engine.Engine { return c.engine }

// Close closes the connections.
func (c *Client) Close() error { return c.engine.Close() }

// withOutput returns a Compose service that prints to a writer.
func (c *Client) withOutput(w io.Writer) (api.Compose, error) {
	service, err := sdk.NewComposeService(c.cli, sdk.WithPrompt(refuse), sdk.WithOutputStream(w), sdk.WithErrorStream(w))
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "set up Compose: %w", err)
	}
	return service, nil
}

// ContextName returns the Docker context in use.
func (c *Client) ContextName() string { return c.cli.CurrentContext() }
