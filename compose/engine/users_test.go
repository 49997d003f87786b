package engine

import (
	"errors"
	"testing"
)

func TestUserIDsComeFromTheContainersPasswd(t *testing.T) {
	files := map[string]string{
		"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n# a comment\nbroken\npostgres:x:999:998::/var/lib/postgresql:/bin/sh\n" +
			"app:x:1000:1234::/:\n",
		"/etc/group": "root:x:0:\nstaff:x:50:app,postgres\n",
	}
	read := func(path string) ([]byte, error) { return []byte(files[path]), nil }
	for written, want := range map[string][2]int{
		"": {0, 0}, "root": {0, 0}, "0": {0, 0}, "postgres": {999, 998}, "postgres:staff": {999, 50}, "postgres:7": {999, 7},
		"1000": {1000, 1234}, "1000:7": {1000, 7}, "4711": {4711, 0}, "4711:staff": {4711, 50}, "0:1000": {0, 1000}, "app:": {1000, 1234},
	} {
		if uid, gid, err := userIDs(written, read); err != nil || [2]int{uid, gid} != want {
			t.Errorf("%q is %d:%d, %v; want %v", written, uid, gid, err, want)
		}
	}
	for _, written := range []string{"nobody", "postgres:none", "nobody:7"} {
		if uid, gid, err := userIDs(written, read); err == nil {
			t.Errorf("the unknown user %q is %d:%d", written, uid, gid)
		}
	}
}

func TestNumericUserReadsNoFile(t *testing.T) {
	read := func(string) ([]byte, error) { return nil, errors.New("read") }
	for written, want := range map[string][2]int{"": {0, 0}, "999:998": {999, 998}} {
		if uid, gid, err := userIDs(written, read); err != nil || [2]int{uid, gid} != want {
			t.Errorf("%q is %d:%d, %v", written, uid, gid, err)
		}
	}
	if _, _, err := userIDs("postgres", read); err == nil {
		t.Error("a file that cannot be read has names")
	}
}
