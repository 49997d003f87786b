package databasetest

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// suiteServers is the variable that names a directory in which the processes of one suite record the addresses of
// servers that they share: starting a server of every major version per package costs more than most of its tests.
// Whoever sets it removes the servers, whose label is in the directory.
const suiteServers = "DEVENV_TEST_SERVERS"

// join returns the suite's server of an image. The first process to need it starts it, while the others wait.
func join(ctx context.Context, dir, image string) (_ *server, err error) {
	path := filepath.Join(dir, strings.ReplaceAll(image, ":", "-"))
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, err
	}
	known, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	if len(known) > 0 {
		config, err := pgx.ParseConfig(string(known))
		return &server{config: config}, err
	}
	started, err := start(ctx, image, path)
	if err == nil {
		_, err = file.WriteString(started.config.ConnString())
	}
	if err != nil && started != nil {
		err = errors.Join(err, started.remove(ctx))
	}
	return started, err
}
