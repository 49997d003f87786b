package database

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// finder finds secrets in the files of an image, which are much, in one pass however many secrets there are: by their first
// eight bytes, which all have.
type finder struct {
	starts  []bool // by a hash of the first bytes
	secrets map[uint64][][]byte
	longest int
	buffer  []byte // for all files
}

func (s Secrets) finder() *finder {
	f := &finder{starts: make([]bool, 1<<16), secrets: map[uint64][][]byte{}}
	for _, secret := range s {
		head := binary.LittleEndian.Uint64([]byte(secret))
		f.starts[startOf(head)] = true
		f.secrets[head] = append(f.secrets[head], []byte(secret))
		f.longest = max(f.longest, len(secret))
	}
	f.buffer = make([]byte, 0, window+f.longest)
	return f
}

// startOf spreads the first bytes over the starts: texts differ in few of their bits.
func startOf(head uint64) uint64 { return head * 0x9e3779b97f4a7c15 >> 48 }

// in says whether content holds one.
func (f *finder) in(content []byte) bool {
	for at := 0; at+tellingMixed <= len(content); at++ {
		head := binary.LittleEndian.Uint64(content[at:])
		if !f.starts[startOf(head)] {
			continue
		}
		for _, secret := range f.secrets[head] {
			if bytes.HasPrefix(content[at:], secret) {
				return true
			}
		}
	}
	return false
}

// window is how much of a file is searched at a time.
const window = 1 << 20

// read says whether what is read holds one.
func (f *finder) read(from io.Reader) (bool, error) {
	overlap := max(f.longest-1, 0) // the longest may lie across two windows
	buffer := f.buffer[:0]
	for {
		n, err := io.ReadFull(from, buffer[len(buffer):len(buffer)+window])
		buffer = buffer[:len(buffer)+n]
		switch {
		case f.in(buffer):
			return true, nil
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return false, nil
		case err != nil:
			return false, err
		}
		rest := copy(buffer, buffer[max(0, len(buffer)-overlap):])
		buffer = buffer[:rest]
	}
}
