package database

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/go-units"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
)

// applyHost gives a clone the host settings of the service: not devices, host namespaces or another runtime, and only
// the rights that the caller left it. Of the mounts it keeps only images and the read-only binds that the
// configuration lists: a scenario touches nothing on the host.
func applyHost(h *container.HostConfig, s *types.ServiceConfig) {
	if s == nil {
		return
	}
	h.ShmSize = int64(s.ShmSize)
	h.CapAdd, h.CapDrop, h.SecurityOpt, h.GroupAdd = s.CapAdd, s.CapDrop, s.SecurityOpt, s.GroupAdd
	h.Sysctls = s.Sysctls
	h.OomScoreAdj = int(s.OomScoreAdj)
	h.Init = s.Init
	h.Memory, h.MemorySwap, h.MemoryReservation = int64(s.MemLimit), int64(s.MemSwapLimit), int64(s.MemReservation)
	h.NanoCPUs = int64(float64(s.CPUS) * 1e9)
	h.CpusetCpus = s.CPUSet
	if s.PidsLimit > 0 {
		h.PidsLimit = &s.PidsLimit
	}
	if limits := deployLimits(s); limits != nil {
		h.Memory = max(h.Memory, int64(limits.MemoryBytes))
		h.NanoCPUs = max(h.NanoCPUs, int64(float64(limits.NanoCPUs)*1e9))
	}
	for name, u := range s.Ulimits {
		limit := &units.Ulimit{Name: name, Soft: int64(u.Soft), Hard: int64(u.Hard)}
		if u.Single != 0 {
			limit.Soft, limit.Hard = int64(u.Single), int64(u.Single)
		}
		h.Ulimits = append(h.Ulimits, limit)
	}
	h.Tmpfs = tmpfs(s)
	for _, v := range s.Volumes {
		if (v.Type == types.VolumeTypeBind || v.Type == types.VolumeTypeImage) && !UnusedByClone(v.Target) {
			h.Mounts = append(h.Mounts, mount.Mount{Type: mount.Type(v.Type), Source: v.Source, Target: v.Target, ReadOnly: true})
		}
	}
}

// tmpfs returns the service's tmpfs mounts except those over the data.
func tmpfs(s *types.ServiceConfig) map[string]string {
	mounts := map[string]string{}
	places := []string{dataDirectory, "/var/lib/postgresql/data"}
	for _, written := range s.Tmpfs {
		target, options, _ := strings.Cut(written, ":")
		if !covers(target, places) {
			mounts[target] = options
		}
	}
	for _, v := range s.Volumes {
		if v.Type == types.VolumeTypeTmpfs && !covers(v.Target, places) {
			mounts[v.Target] = ""
		}
	}
	return mounts
}

func deployLimits(s *types.ServiceConfig) *types.Resource {
	if s.Deploy == nil {
		return nil
	}
	return s.Deploy.Resources.Limits
}
