package alembic

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"devenv/migrations"
)

//go:embed driver/*.py
var sources embed.FS

// request is one command. Only the fields without the tag "-" are sent.
type request struct {
	ID        int            `json:"id"`
	Command   string         `json:"cmd"`
	Arguments map[string]any `json:"arguments,omitempty"`
	Address   string         `json:"address"`
	Hosts     []string       `json:"hosts"`
	Endless   float64        `json:"endless"` // seconds

	Database    migrations.Database        `json:"-"`
	onStatement func(migrations.Statement) `json:"-"`
}

// reply is one line from the driver: an event of a running command, or its end.
type reply struct {
	ID        int                   `json:"id"`
	Statement *migrations.Statement `json:"statement"`
	Place     *migrations.Place     `json:"place"`
	End       bool                  `json:"end"`
	Result    json.RawMessage       `json:"result"`
	Failure   *migrations.Failure   `json:"failure"`

	err error
}

// modules returns the source of the driver's modules by name.
func modules() (map[string]string, error) {
	found := map[string]string{}
	files, err := fs.Glob(sources, "driver/*.py")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := sources.ReadFile(file)
		if err != nil {
			return nil, err
		}
		found[strings.TrimSuffix(path.Base(file), ".py")] = string(text)
	}
	return found, nil
}

func (d *Driver) send(ctx context.Context, message any) error {
	line, err := json.Marshal(message)
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := d.process.Write(append(line, '\n'))
		sent <- err
	}()
	select {
	case err := <-sent:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// read decodes the lines that the driver sends, until the process ends.
func (d *Driver) read(stdout io.Reader) {
	defer close(d.replies)
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var r reply
		if err := json.Unmarshal(line, &r); err != nil {
			r.err = fmt.Errorf("it printed a line that is no answer: %.200q", line)
		}
		d.replies <- r
	}
}
