package local

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// taken makes a pipe as another program would, with a security descriptor of its own.
func taken(t *testing.T, address, sddl string) windows.Handle {
	t.Helper()
	sd, err := windows.SecurityDescriptorFromString(sddl)
	if err != nil {
		t.Fatal(err)
	}
	l := &Listener{name: address, sa: &windows.SecurityAttributes{Length: uint32(securityAttributesSize), SecurityDescriptor: sd}}
	h, err := l.instance(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = windows.CloseHandle(h) })
	return h
}

func TestTheNameOfAPipe(t *testing.T) {
	sid, err := ownSID()
	if err != nil {
		t.Fatal(err)
	}
	one, two := Address(`C:\Users\小明\AppData\Local\TokenTray`), Address(`c:\users\小明\appdata\local\tokentray`)
	if one != two {
		t.Errorf("%s and %s are one folder", one, two)
	}
	if !strings.HasPrefix(one, `\\.\pipe\tokentray-`+sid.String()+"-") || len(one) > 256 {
		t.Errorf("the name is %s", one)
	}
	if Address(`D:\other`) == one {
		t.Error("another home has the same name")
	}
}

// Any user may be the first to make a pipe with a name. A client must not send a
// secret there.
func TestAPipeOfSomebodyElseIsRefused(t *testing.T) {
	address := Address(t.TempDir())
	taken(t, address, "O:BAD:(A;;GA;;;WD)")
	c, err := Dial(t.Context(), address)
	if err == nil {
		_ = c.Close()
	}
	if !errors.Is(err, ErrForeign) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestANameThatIsTakenIsNotListenedOn(t *testing.T) {
	address := Address(t.TempDir())
	taken(t, address, "D:(A;;GA;;;WD)")
	l, err := Listen(address)
	if err == nil {
		_ = l.Close()
	}
	if !errors.Is(err, ErrForeign) {
		t.Errorf("got %v, want a refusal", err)
	}
}

// Only its user and the system may open the pipe.
func TestWhoMayOpenThePipe(t *testing.T) {
	l, err := Listen(Address(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	sd, err := windows.GetSecurityInfo(l.next, windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	sid, err := ownSID()
	if err != nil {
		t.Fatal(err)
	}
	if owner, _, err := sd.Owner(); err != nil || !owner.Equals(sid) {
		t.Errorf("the owner is %v, %v", owner, err)
	}
	if control, _, err := sd.Control(); err != nil || control&windows.SE_DACL_PROTECTED == 0 {
		t.Errorf("the list is not protected: %x, %v", control, err)
	}
	list, _, err := sd.DACL()
	if err != nil || list == nil || list.AceCount != 2 {
		t.Fatalf("the list is %v, %v", sd, err)
	}
	for _, who := range []string{sid.String(), "SY"} {
		if !strings.Contains(sd.String(), ";;;"+who+")") {
			t.Errorf("%s may not open it: %s", who, sd)
		}
	}
}

// While all instances are busy a caller waits, as long as it wants to.
func TestACallerWaitsForABusyAgent(t *testing.T) {
	l, err := Listen(Address(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	first, err := Dial(t.Context(), l.name) // takes the only instance; nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if c, err := Dial(ctx, l.name); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, %v; want a deadline", c, err)
	}
	second := make(chan error, 1)
	go func() {
		c, err := Dial(t.Context(), l.name)
		if err == nil {
			err = c.Close()
		}
		second <- err
	}()
	for range 2 {
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	if err := <-second; err != nil {
		t.Error(err)
	}
}

// A caller that leaves at once does not end the listener.
func TestACallerThatWentAway(t *testing.T) {
	l, err := Listen(Address(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	gone, err := Dial(t.Context(), l.name)
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	stays := make(chan error, 1)
	go func() {
		c, err := Dial(t.Context(), l.name)
		if err == nil {
			_, err = c.Read(make([]byte, 1))
		}
		stays <- err
	}()
	for {
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_, writes := c.Write([]byte("x"))
		if writes == nil {
			break
		}
		_ = c.Close()
	}
	if err := <-stays; err != nil {
		t.Error(err)
	}
}

// An address that is a path is the socket of an older agent.
func TestASocketOfAnOlderAgentIsCalledToo(t *testing.T) {
	if _, err := Dial(t.Context(), `C:\nowhere\agent.sock`); err == nil || errors.Is(err, ErrForeign) || errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v, want that nobody listens", err)
	}
}
