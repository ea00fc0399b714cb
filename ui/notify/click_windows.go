package notify

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// Windows reports a click on a toast to a COM object of the program that the toast's
// application names. This file is that object: a class with one callback, in this
// process, as long as toasts are shown. The registry tells Windows which class belongs
// to the application.

// Where the user's applications and COM classes are registered.
const (
	applications = `Software\Classes\AppUserModelId\`
	classes      = `Software\Classes\CLSID\`
	localServer  = `\LocalServer32`
)

var (
	iidUnknown      = windows.GUID{Data4: [8]byte{0xc0, 7: 0x46}}
	iidClassFactory = windows.GUID{Data1: 1, Data4: [8]byte{0xc0, 7: 0x46}}
	// INotificationActivationCallback.
	iidCallback = windows.GUID{Data1: 0x53e31837, Data2: 0x6600, Data3: 0x4a81, Data4: [8]byte{0x93, 0x95, 0x75, 0xcf, 0xfe, 0x74, 0x6f, 0x94}}
)

// Results of COM's calls.
const (
	resultOK            = 0
	resultNoInterface   = 0x80004002
	resultNoPointer     = 0x80004003
	resultNoAggregation = 0x80040110
)

var (
	ole32                 = windows.NewLazySystemDLL("ole32.dll")
	coRegisterClassObject = ole32.NewProc("CoRegisterClassObject")
	coRevokeClassObject   = ole32.NewProc("CoRevokeClassObject")
)

// object is what COM sees of one of our objects: a pointer to its methods.
type object struct {
	methods *uintptr
	of      *listener
}

// methods are the tables of the two objects. Functions that COM can call are limited,
// so there is one set for the process.
var methods = sync.OnceValue(func() (out struct {
	class    [5]uintptr // of IClassFactory
	callback [4]uintptr // of INotificationActivationCallback
},
) {
	one := syscall.NewCallback(func(*object) uintptr { return 1 }) // the listener owns both objects
	out.class = [5]uintptr{syscall.NewCallback(askClass), one, one, syscall.NewCallback(makeCallback), syscall.NewCallback(func(*object, uintptr) uintptr { return resultOK })}
	out.callback = [4]uintptr{syscall.NewCallback(askCallback), one, one, syscall.NewCallback(activate)}
	return out
})

// ask answers QueryInterface.
func ask(this *object, iid *windows.GUID, out *uintptr, known windows.GUID) uintptr {
	if out == nil || iid == nil {
		return resultNoPointer
	}
	if *iid != iidUnknown && *iid != known {
		*out = 0
		return resultNoInterface
	}
	*out = uintptr(unsafe.Pointer(this)) // the listener keeps it
	return resultOK
}

func askClass(this *object, iid *windows.GUID, out *uintptr) uintptr {
	return ask(this, iid, out, iidClassFactory)
}

func askCallback(this *object, iid *windows.GUID, out *uintptr) uintptr {
	return ask(this, iid, out, iidCallback)
}

// makeCallback is IClassFactory.CreateInstance.
func makeCallback(this *object, outer uintptr, iid *windows.GUID, out *uintptr) uintptr {
	if outer != 0 {
		return resultNoAggregation
	}
	return askCallback(&this.of.callback, iid, out)
}

// activate is INotificationActivationCallback.Activate: somebody clicked on a toast.
// Windows calls it on a thread of its own.
func activate(this *object, _, arguments *uint16, _, _ uintptr) uintptr {
	select {
	case this.of.heard <- signal(windows.UTF16PtrToString(arguments)):
	default: // nobody clicks that often
	}
	return resultOK
}

// listener hears of clicks.
type listener struct {
	class, callback object
	heard           chan signal
	stop, done      chan struct{}
}

// listen puts a class into this process.
func listen(class windows.GUID) (*listener, error) {
	if err := errors.Join(coRegisterClassObject.Find(), coRevokeClassObject.Find()); err != nil {
		return nil, err
	}
	l := &listener{heard: make(chan signal, 16), stop: make(chan struct{}), done: make(chan struct{})}
	table := methods()
	l.class = object{&table.class[0], l}
	l.callback = object{&table.callback[0], l}
	started := make(chan error)
	go l.serve(class, started) // ends with close
	if err := <-started; err != nil {
		return nil, fmt.Errorf("hear of clicks on toasts: %w", err)
	}
	return l, nil
}

// serve keeps the class in this process until close. COM calls it on threads of its
// own, but forgets it when no thread uses COM any more.
func (l *listener) serve(class windows.GUID, started chan<- error) {
	defer close(l.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const alreadyDone = syscall.Errno(1) // S_FALSE
	if err := windows.CoInitializeEx(0, windows.COINIT_MULTITHREADED); err != nil && !errors.Is(err, alreadyDone) {
		started <- err
		return
	}
	defer windows.CoUninitialize()
	const (
		inProcessOfItsOwn = 4 // CLSCTX_LOCAL_SERVER
		multipleUse       = 1 // REGCLS_MULTIPLEUSE
	)
	var cookie uint32
	result, _, _ := coRegisterClassObject.Call(uintptr(unsafe.Pointer(&class)), uintptr(unsafe.Pointer(&l.class)), inProcessOfItsOwn, multipleUse, uintptr(unsafe.Pointer(&cookie)))
	if int32(result) < 0 {
		started <- syscall.Errno(result)
		return
	}
	started <- nil
	<-l.stop
	_, _, _ = coRevokeClassObject.Call(uintptr(cookie))
}

func (l *listener) close() {
	close(l.stop)
	<-l.done
}

// clicks connects the toasts of a home with this process, from the first one on.
type clicks struct {
	application
	revive   []string
	ready    bool
	listener *listener // nil: Windows has no COM here
}

func newClicks(cfg Config) clicks {
	return clicks{application: applicationOf(cfg.Home), revive: cfg.Revive}
}

// open registers the application. Without it Windows shows no toast.
func (c *clicks) open() error {
	if c.ready {
		return nil
	}
	if err := c.register(c.revive); err != nil {
		return fmt.Errorf("register for toasts: %w", err)
	}
	c.ready = true
	var err error
	if c.listener, err = listen(c.class); err != nil {
		return &deaf{err}
	}
	return nil
}

// heard is where clicks come in.
func (c *clicks) heard() <-chan signal {
	if c.listener == nil {
		return nil
	}
	return c.listener.heard
}

// close leaves nothing in the registry.
func (c *clicks) close() {
	if c.listener != nil {
		c.listener.close()
		c.listener = nil
	}
	if c.ready {
		_ = c.forget() // what stays names a class that nobody has
		c.ready = false
	}
}

// application is what Windows knows as the sender of toasts.
type application struct {
	id    string // its AppUserModelID
	class windows.GUID
}

// applicationOf is the application of a home; empty is the user's own.
func applicationOf(home string) application {
	if home == "" {
		return application{appID, windows.GUID{Data1: 0x2f9d1c86, Data2: 0x7b15, Data3: 0x4e0a, Data4: [8]byte{0x9c, 0x3d, 0x51, 0xe8, 0x0b, 0x64, 0xaf, 0x27}}}
	}
	sum := sha256.Sum256([]byte(strings.ToLower(home)))
	class := windows.GUID{
		Data1: binary.LittleEndian.Uint32(sum[:]), Data2: binary.LittleEndian.Uint16(sum[4:]),
		Data3: 0x8000 | 0x0fff&binary.LittleEndian.Uint16(sum[6:]), // version 8: of our own making
	}
	copy(class.Data4[:], sum[8:])
	class.Data4[0] = 0x80 | 0x3f&class.Data4[0]
	return application{appID + ".Home" + hex.EncodeToString(sum[16:20]), class}
}

// register tells Windows the application's name, its class, and what to start if
// somebody clicks on a toast of an agent that crashed.
func (a application) register(revive []string) error {
	err := errors.Join(
		setValue(applications+a.id, "DisplayName", "TokenTray"),
		setValue(applications+a.id, "CustomActivator", a.class.String()),
	)
	if err != nil || len(revive) == 0 {
		return err
	}
	return setValue(classes+a.class.String()+localServer, "", windows.ComposeCommandLine(revive))
}

// forget removes the application.
func (a application) forget() error {
	var errs []error
	for _, path := range []string{applications + a.id, classes + a.class.String() + localServer, classes + a.class.String()} {
		if err := registry.DeleteKey(registry.CURRENT_USER, path); err != nil && !errors.Is(err, registry.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func setValue(path, name, value string) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err != nil {
		return err
	}
	return errors.Join(key.SetStringValue(name, value), key.Close())
}
