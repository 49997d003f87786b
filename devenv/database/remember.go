package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/testcontainers/testcontainers-go"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Remember rewrites a base image's metadata: noise and baselines that were learned after it was kept. Nothing is started;
// the tag moves at the very end, so that the image is known with its old metadata until then.
func Remember(ctx context.Context, e *engine.Engine, image Image, meta Meta) (_ Image, err error) {
	fail := func(err error) error {
		return report.Fail(report.KindWork, diskHint(err), "write the metadata of %s: %w", image.Ref, err)
	}
	found, ok, err := e.ImageInspect(ctx, image.ID)
	if err != nil {
		return Image{}, err
	}
	if !ok {
		return Image{}, fail(errors.New("the image is gone"))
	}
	request := testcontainers.ContainerRequest{Image: image.ID, Labels: map[string]string{labelKind: "metadata"}, ExposedPorts: found.ExposedPorts}
	made, err := create(ctx, e, request)
	if made != nil {
		defer func() {
			if removeErr := e.Remove(context.WithoutCancel(ctx), made.GetContainerID()); removeErr != nil {
				err = fmt.Errorf("%w", errors.Join(err, removeErr))
			}
		}()
	}
	if err != nil {
		return Image{}, fail(err)
	}
	kept, err := commit(ctx, e, made.GetContainerID(), image.Ref, meta)
	if err != nil {
		return Image{}, fail(err)
	}
	return kept, nil
}
