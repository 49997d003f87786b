package terminal

import "testing"

func TestOnlyALaterEnterCountsUntilTheInputEnds(t *testing.T) {
	control, tty := openPTY(t, 80)
	ended := make(chan struct{})
	enter, err := ReadEnter(tty, func() { close(ended) })
	if err != nil {
		t.Fatal(err)
	}
	press := func(keys string) {
		if _, err := control.WriteString(keys); err != nil {
			t.Fatal(err)
		}
	}
	press("yes\n")
	<-enter.Next() // this waits until it has been read
	press("\n")
	enter.pressed <- <-enter.pressed // so does this, and leaves it for nobody
	next := enter.Next()
	select {
	case <-next:
		t.Error("an Enter of before counts")
	default:
	}
	press("\n")
	<-next
	press("\x04") // Ctrl-D
	<-ended
	if err := enter.Close(); err != nil {
		t.Error(err)
	}
}
