package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// inBytes returns the names of the secrets with the marker in a piece of data.
func (c *canaries) inBytes(data []byte) []string {
	var names []string
	marker := []byte(c.marker)
	for {
		i := bytes.Index(data, marker)
		if i < 0 {
			return names
		}
		data = data[i:]
		core := string(data[:min(coreLength, len(data))])
		for _, one := range c.all {
			if one.core == core {
				names = append(names, one.name)
			}
		}
		data = data[markerLength:]
	}
}

// inStream returns the names of the secrets with the marker in a stream, each once, sorted.
func (c *canaries) inStream(in io.Reader) ([]string, error) {
	var names []string
	block := make([]byte, 1<<20)
	kept := 0 // bytes at the block's beginning repeated from the previous block
	for {
		n, err := in.Read(block[kept:])
		data := block[:kept+n]
		names = append(names, c.inBytes(data)...)
		kept = copy(block, data[max(0, len(data)-coreLength+1):])
		if errors.Is(err, io.EOF) {
			slices.Sort(names)
			return slices.Compact(names), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// hit is a file of an image and a secret in it.
type hit struct{ file, secret string }

// inArchive searches a tar archive, including archives in it, compressed or not; skip names layers to ignore.
func (c *canaries) inArchive(in io.Reader, within string, skip func(string) bool) ([]hit, error) {
	var hits []hit
	for archive := tar.NewReader(in); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return hits, nil
		}
		if err != nil {
			return nil, err
		}
		name := within + header.Name
		if skip(name) {
			continue
		}
		found, err := c.inMember(archive, header.Size, name, skip)
		if err != nil {
			return nil, err
		}
		hits = append(hits, found...)
	}
}

// inMember searches one file of an archive.
func (c *canaries) inMember(in io.Reader, size int64, name string, skip func(string) bool) ([]hit, error) {
	content := bufio.NewReaderSize(in, 1<<10)
	head, _ := content.Peek(512) // shorter for a small file
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}) && !strings.Contains(name, ":"):
		unpacked, err := gzip.NewReader(content)
		if err != nil {
			return nil, err
		}
		return c.inMember(unpacked, size, name, skip)
	case len(head) == 512 && string(head[257:262]) == "ustar" && !strings.Contains(name, ":"):
		return c.inArchive(content, name+":", skip)
	}
	names, err := c.inStream(content)
	var hits []hit
	for _, secret := range names {
		hits = append(hits, hit{name, secret})
	}
	return hits, err
}

// inDirectory searches all files below a directory.
func (c *canaries) inDirectory(dir string) ([]hit, error) {
	var hits []hit
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // it is only read
		names, err := c.inStream(file)
		rel, _ := filepath.Rel(dir, path)
		for _, secret := range names {
			hits = append(hits, hit{rel, secret})
		}
		return err
	})
	return hits, err
}
