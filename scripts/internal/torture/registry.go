package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// registryListening matches the line in which Debian's docker-registry reports its address.
var registryListening = regexp.MustCompile(`listening on (127\.0\.0\.1:\d+)`)

// startRegistry runs a registry on a loopback port, which the engine uses without TLS, until stop is called.
func startRegistry(ctx context.Context, dir string) (address string, stop func() error, err error) {
	config := fmt.Sprintf("version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: \"127.0.0.1:0\"}\n", dir)
	path := filepath.Join(dir, "config.yml")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(path, []byte(config), 0o600)); err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, "docker-registry", "serve", path)
	said, err := cmd.StderrPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("%w: install Debian's package docker-registry", err)
	}
	stop = func() error {
		_ = cmd.Process.Kill() // it holds nothing that is needed
		_ = cmd.Wait()
		return nil
	}
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if found := registryListening.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, said) }() // ends with the registry
			return found[1], stop, nil
		}
	}
	return "", nil, errors.Join(errors.New("the registry exited before it listened"), stop())
}
