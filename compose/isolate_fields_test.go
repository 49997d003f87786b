package compose

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

// The fields of Compose's model, by what isolation does with each. A field that a newer Compose library adds is in
// none of these lists and fails the test.
const (
	// keptFields are the service's own. ReadOnly, Tmpfs and OomScoreAdj do change in cases that other
	// tests cover. Those of them that concern the host only set the container's limits (BlkioConfig, CPURTPeriod),
	// lie in its own namespaces (Sysctls, the engine accepts no others), configure the resolver (DNSOpts), or name
	// groups that own nothing (GroupAdd).
	keptFields = `Name BlkioConfig CapDrop CPUCount CPUPercent CPUPeriod CPUQuota CPURTPeriod CPURTRuntime CPUS CPUSet CPUShares
		Command DNSOpts DomainName Entrypoint Environment GroupAdd Hostname Init Isolation MemLimit MemReservation MemSwapLimit
		MemSwappiness OomScoreAdj PidsLimit Platform ShmSize StopGracePeriod StopSignal StorageOpt Sysctls Ulimits User
		WorkingDir Dockerfile Expose StdinOpen Tty Extensions ReadOnly Tmpfs`
	// goneFields give access to the host or outside the run, are the user's names, or are for a long-lived stack.
	goneFields = `Profiles Develop Restart Attach ContainerName Provider Extends ExternalLinks Links Net PreStart PostStart PreStop CgroupParent Cgroup
		CredentialSpec DeviceCgroupRules Devices EnvFiles Gpus Ipc LabelFiles Logging LogDriver LogOpt MacAddress Models NetworkMode Pid Privileged
		PullRefreshAfter Runtime UseAPISocket UserNSMode Uts VolumesFrom VolumeDriver DependsOn Ports Secrets Configs`
	// listedFields are removed unless they are harmless or the configuration lists them.
	listedFields = `Annotations CapAdd DNS DNSSearch OomKillDisable SecurityOpt`
	// changedFields get a value of the run's; other tests check it.
	changedFields = `Deploy Scale ExtraHosts Image Labels CustomLabels Networks PullPolicy Volumes Build HealthCheck`

	// Secrets and SSH stay: the image cannot be built without them. Extra hosts stay too: no build talks to a
	// database.
	keptBuildFields = `Context Dockerfile DockerfileInline Args Provenance SBOM SSH CacheFrom NoCache NoCacheFilter AdditionalContexts Pull
		ExtraHosts Isolation Target Secrets ShmSize Ulimits Platforms Extensions`
	listedBuildFields  = `Entitlements Network Privileged`
	goneBuildFields    = `CacheTo Tags`
	changedBuildFields = `Labels`

	keptProjectFields    = `WorkingDir Extensions ComposeFiles Environment Secrets`
	goneProjectFields    = `Jobs Configs Models DisabledServices DisabledJobs Profiles`
	changedProjectFields = `Name Services Networks Volumes`

	keptResourceFields = `NanoCPUs MemoryBytes Pids GenericResources Extensions`
	goneResourceFields = `Devices`
)

// fill sets every unset field of a value to something that is not empty.
func fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth)
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(7)
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(7)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth)
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value, depth)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("x").Convert(v.Type().Key()), value)
	case reflect.Interface:
		v.Set(reflect.ValueOf("x"))
	case reflect.Struct:
		for i := range v.NumField() {
			if depth > 0 && v.Type().Field(i).IsExported() {
				fill(v.Field(i), depth-1)
			}
		}
	}
}

// wantHandled compares the fields of a struct, embedded ones flattened, before and after isolation with what is
// expected of each.
func wantHandled(t *testing.T, before, after reflect.Value, kept, gone, changed string) {
	t.Helper()
	for i := range before.NumField() {
		field := before.Type().Field(i)
		if field.Anonymous {
			wantHandled(t, before.Field(i), after.Field(i), kept, gone, changed)
			continue
		}
		was, is := before.Field(i), after.Field(i)
		switch named := func(list string) bool { return slices.Contains(strings.Fields(list), field.Name) }; {
		case was.IsZero():
			t.Errorf("%s.%s: the test fills it with nothing", before.Type(), field.Name)
		case named(kept):
			if !reflect.DeepEqual(was.Interface(), is.Interface()) {
				t.Errorf("%s.%s is the service's own, and was %v and is %v", before.Type(), field.Name, was, is)
			}
		case named(gone):
			if !is.IsZero() && is.Len() > 0 {
				t.Errorf("%s.%s must not reach the scratch container, and is %v", before.Type(), field.Name, is)
			}
		case !named(changed):
			t.Errorf("%s.%s: isolation does not handle it yet", before.Type(), field.Name)
		case reflect.DeepEqual(was.Interface(), is.Interface()):
			t.Errorf("%s.%s is given a value of the run's, and is still %v", before.Type(), field.Name, is)
		}
	}
}

func TestEveryFieldOfComposesModelIsHandled(t *testing.T) {
	var p types.Project
	fill(reflect.ValueOf(&p).Elem(), 6)
	var s types.ServiceConfig
	fill(reflect.ValueOf(&s).Elem(), 6)
	s.Name, s.Extends = "app", &types.ExtendsConfig{Service: "x"}
	p.Services = types.Services{"app": s}
	o := Isolation{
		Name: "devenv-1", Tree: t.TempDir(), Network: "n", Services: []string{"app"}, Labels: map[string]string{"run": "1"},
		Volume: func(path string) string { return "vol:" + path }, Image: func(string) string { return "devenv/build:1" },
		Rights: Rights(),
	}
	listed, err := Isolate(&p, o)
	if err != nil {
		t.Fatal(err)
	}
	got := listed.Project.Services["app"]
	wantHandled(t, reflect.ValueOf(s), reflect.ValueOf(got), keptFields+" "+listedFields, goneFields, changedFields)
	wantHandled(t, reflect.ValueOf(*s.Build), reflect.ValueOf(*got.Build), keptBuildFields+" "+listedBuildFields, goneBuildFields,
		changedBuildFields)
	o.Rights = nil
	iso, err := Isolate(&p, o)
	if err != nil {
		t.Fatal(err)
	}
	got = iso.Project.Services["app"]
	wantHandled(t, reflect.ValueOf(s), reflect.ValueOf(got), keptFields, goneFields+" "+listedFields, changedFields)
	wantHandled(t, reflect.ValueOf(*s.Build), reflect.ValueOf(*got.Build), keptBuildFields, goneBuildFields+" "+listedBuildFields,
		changedBuildFields)
	wantHandled(t, reflect.ValueOf(p), reflect.ValueOf(*iso.Project), keptProjectFields, goneProjectFields, changedProjectFields)
	wantHandled(t, reflect.ValueOf(*s.Deploy.Resources.Limits), reflect.ValueOf(*got.Deploy.Resources.Limits), keptResourceFields,
		goneResourceFields, "")
	if deploy := (types.DeployConfig{Resources: types.Resources{Limits: got.Deploy.Resources.Limits}}); !reflect.DeepEqual(deploy,
		*got.Deploy) {
		t.Errorf("of deploy, only the limits apply to a single container: %+v", got.Deploy)
	}
}
