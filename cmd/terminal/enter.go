package terminal

import (
	"os"
	"sync"

	"github.com/muesli/cancelreader"
)

// Enter tells when the person at the terminal presses Enter.
type Enter struct {
	reader  cancelreader.CancelReader
	pressed chan struct{}
	reading sync.WaitGroup
}

// ReadEnter begins to read a terminal; nothing else may read it until Close.
func ReadEnter(in *os.File) (*Enter, error) {
	reader, err := cancelreader.NewReader(in)
	if err != nil {
		return nil, err
	}
	e := &Enter{reader: reader, pressed: make(chan struct{}, 1)}
	e.reading.Go(e.read)
	return e, nil
}

// read reads until Close, or the end of the input.
func (e *Enter) read() {
	one := make([]byte, 1)
	for {
		n, err := e.reader.Read(one)
		if err != nil {
			return
		}
		if n > 0 && (one[0] == '\n' || one[0] == '\r') {
			select {
			case e.pressed <- struct{}{}:
			default: // nobody has taken the last one yet
			}
		}
	}
}

// Next returns a channel that receives once Enter is pressed from now on.
func (e *Enter) Next() <-chan struct{} {
	select {
	case <-e.pressed:
	default:
	}
	return e.pressed
}

// Close stops reading.
func (e *Enter) Close() error {
	e.reader.Cancel()
	e.reading.Wait()
	return e.reader.Close()
}
