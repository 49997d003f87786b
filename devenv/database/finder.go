package database

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// finder searches all files of an image for secrets in one pass, however many secrets there are: it looks at three
// bytes, and skips six when no secret has them in its first eight bytes (Wu and Manber's multi-pattern search).
type finder struct {
	// shifts are, by a block's hash, the distances to the next block that could end a secret's head.
	shifts  []uint8
	secrets map[uint64][][]byte // by their heads: their first eight bytes, which every secret has
	longest int
	buffer  []byte // reused for all files
}

// blockSize is how many bytes are compared at once; lastBlock is where a head's last block begins.
const (
	blockSize = 3
	lastBlock = tellingMixed - blockSize
)

func (s Secrets) finder() *finder {
	f := &finder{shifts: bytes.Repeat([]byte{lastBlock + 1}, 1<<16), secrets: map[uint64][][]byte{}}
	for _, secret := range s {
		text := []byte(secret)
		f.secrets[headOf(text)] = append(f.secrets[headOf(text)], text)
		f.longest = max(f.longest, len(text))
		for at := range lastBlock + 1 {
			block := blockAt(text, at)
			f.shifts[block] = min(f.shifts[block], uint8(lastBlock-at))
		}
	}
	f.buffer = make([]byte, 0, window+f.longest)
	return f
}

// headOf returns the first eight bytes of a text as a number.
func headOf(text []byte) uint64 { return binary.LittleEndian.Uint64(text) }

// blockAt returns the hash of a block of a text, spread over all shifts: texts differ in only a few of their bits.
func blockAt(text []byte, at int) uint32 {
	return (uint32(text[at]) | uint32(text[at+1])<<8 | uint32(text[at+2])<<16) * 0x9e3779b1 >> 16
}

// in reports whether content contains a secret. Each search has its own finder; the race detector would only make
// this loop ten times slower.
//
//go:norace
func (f *finder) in(content []byte) bool {
	for at := lastBlock; at+blockSize <= len(content); {
		shift := int(f.shifts[blockAt(content, at)])
		if shift > 0 {
			at += shift
			continue
		}
		start := content[at-lastBlock:]
		for _, secret := range f.secrets[headOf(start)] {
			if bytes.HasPrefix(start, secret) {
				return true
			}
		}
		at++
	}
	return false
}

// window is how much of a file is searched at a time.
const window = 1 << 20

// read reports whether the stream contains a secret.
func (f *finder) read(from io.Reader) (bool, error) {
	overlap := max(f.longest-1, 0) // the longest may span two windows
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
