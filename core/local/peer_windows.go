package local

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

const securityAttributesSize = unsafe.Sizeof(windows.SecurityAttributes{})

// ownSID is our user.
func ownSID() (*windows.SID, error) {
	return userOf(windows.GetCurrentProcessToken())
}

func userOf(token windows.Token) (*windows.SID, error) {
	user, err := token.GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("ask who the user is: %w", err)
	}
	return user.User.Sid, nil
}

// madeByUs returns an error unless our own user made a pipe. Only an administrator
// can make one in the name of another user.
func madeByUs(pipe windows.Handle) error {
	own, err := ownSID()
	if err != nil {
		return err
	}
	sd, err := windows.GetSecurityInfo(pipe, windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("ask who made the pipe: %w", err)
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return fmt.Errorf("ask who made the pipe: %w", err)
	}
	if !owner.Equals(own) {
		return ErrForeign
	}
	return nil
}

// SameUser returns an error unless the process at the other end of a connection
// runs as our own user.
func SameUser(c net.Conn) error {
	p, ok := c.(*pipe)
	if !ok {
		return fmt.Errorf("cannot tell who calls: %w", ErrPeer)
	}
	own, err := ownSID()
	if err != nil {
		return err
	}
	caller, err := p.callerSID()
	if err != nil {
		return errors.Join(fmt.Errorf("cannot tell who calls: %w", ErrPeer), err)
	}
	if !caller.Equals(own) {
		return ErrPeer
	}
	return nil
}

// callerSID asks the system who called: it takes the caller's identity for a moment,
// or reads the caller's process if the caller has sent nothing yet, because the
// system refuses the first way then.
func (p *pipe) callerSID() (sid *windows.SID, err error) {
	err = p.control(func(h windows.Handle) error {
		sid, err = impersonated(h)
		return err
	})
	if err == nil {
		return sid, nil
	}
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(PeerPID(p)))
	if err != nil {
		return nil, fmt.Errorf("open the caller's process: %w", err)
	}
	defer windows.CloseHandle(process)
	var token windows.Token
	if err := windows.OpenProcessToken(process, windows.TOKEN_QUERY, &token); err != nil {
		return nil, fmt.Errorf("open the token of the caller's process: %w", err)
	}
	defer token.Close()
	return userOf(token)
}

var impersonateNamedPipeClient = windows.NewLazySystemDLL("advapi32.dll").NewProc("ImpersonateNamedPipeClient")

// impersonated is the user at the other end of a pipe.
func impersonated(h windows.Handle) (*windows.SID, error) {
	if err := impersonateNamedPipeClient.Find(); err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	if ok, _, err := impersonateNamedPipeClient.Call(uintptr(h)); ok == 0 {
		runtime.UnlockOSThread()
		return nil, fmt.Errorf("ask who calls: %w", err)
	}
	var token windows.Token
	err := windows.OpenThreadToken(windows.CurrentThread(), windows.TOKEN_QUERY, true, &token)
	if back := windows.RevertToSelf(); back != nil {
		return nil, fmt.Errorf("be ourselves again: %w", back) // the thread stays locked, and ends with its goroutine
	}
	runtime.UnlockOSThread()
	if err != nil {
		return nil, fmt.Errorf("ask who calls: %w", err)
	}
	defer token.Close()
	return userOf(token)
}

// PeerPID is the process at the other end of a connection, 0 where the system does
// not tell.
func PeerPID(c net.Conn) int {
	p, ok := c.(*pipe)
	if !ok {
		return 0
	}
	var pid uint32
	err := p.control(func(h windows.Handle) error {
		if p.server {
			return windows.GetNamedPipeClientProcessId(h, &pid)
		}
		return windows.GetNamedPipeServerProcessId(h, &pid)
	})
	if err != nil || int(pid) < 0 {
		return 0
	}
	return int(pid)
}

// control does something with the handle of a connection.
func (p *pipe) control(do func(windows.Handle) error) error {
	raw, err := p.file.SyscallConn()
	if err != nil {
		return err
	}
	inner := os.ErrInvalid
	if err := raw.Control(func(fd uintptr) { inner = do(windows.Handle(fd)) }); err != nil {
		return err
	}
	return inner
}
