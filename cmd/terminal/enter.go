package terminal

import (
	"errors"
	"os"
	"sync"

	"github.com/muesli/cancelreader"
)

// Enter tells when the person at the terminal presses Enter.
type Enter struct {
	reader  cancelreader.CancelReader
	pressed chan struct{}
	ended   func()
	reading sync.WaitGroup
}

// ReadEnter begins to read a terminal; nothing else may read it until Close. It calls ended if the input ends, as it
// does with Ctrl-D.
func ReadEnter(in *os.File, ended func()) (*Enter, error) {
	reader, err := cancelreader.NewReader(in)
	if err != nil {
		return nil, err
	}
	e := &Enter{reader: reader, pressed: make(chan struct{}, 1), ended: ended}
	e.reading.Go(e.read)
	return e, nil
}

// read reads until Close, or the end of the input.
func (e *Enter) read() {
	one := make([]byte, 1)
	for {
		n, err := e.reader.Read(one)
		if errors.Is(err, cancelreader.ErrCanceled) {
			return
		}
		if err != nil {
			e.ended()
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
