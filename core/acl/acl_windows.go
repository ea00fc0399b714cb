package acl

import (
	"fmt"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The rights that let somebody see what is in a folder, or change it.
const entering = windows.FILE_LIST_DIRECTORY | windows.FILE_WRITE_DATA | windows.FILE_APPEND_DATA | windows.FILE_TRAVERSE |
	windows.WRITE_DAC | windows.WRITE_OWNER | windows.GENERIC_READ | windows.GENERIC_WRITE | windows.GENERIC_ALL | windows.MAXIMUM_ALLOWED

// Ours reports whether a folder belongs to this process's user, or to the
// administrators or the system. Where the volume keeps no owners it is ours.
func Ours(path string) (bool, error) {
	if !kept(path) {
		return true, nil
	}
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return false, fmt.Errorf("ask whose the folder is: %w", err)
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return false, fmt.Errorf("ask whose the folder is: %w", err)
	}
	own, err := user()
	if err != nil {
		return false, err
	}
	return trusted(owner, own), nil
}

// Open reports whether others may enter a folder. Where the volume keeps no lists of
// rights, as on a memory stick, they may.
func Open(path string) (bool, error) {
	if !kept(path) {
		return true, nil
	}
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return false, fmt.Errorf("ask who may enter the folder: %w", err)
	}
	list, _, err := sd.DACL()
	if err != nil || list == nil { // no list at all: everybody may do everything
		return true, nil
	}
	own, err := user()
	if err != nil {
		return false, err
	}
	for i := range uint32(list.AceCount) {
		var entry *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(list, i, &entry); err != nil {
			return false, fmt.Errorf("read who may enter the folder: %w", err)
		}
		if entry.Header.AceType != windows.ACCESS_ALLOWED_ACE_TYPE || entry.Mask&entering == 0 {
			continue
		}
		if !trusted((*windows.SID)(unsafe.Pointer(&entry.SidStart)), own) {
			return true, nil
		}
	}
	return false, nil
}

// Close leaves a folder and what is in it to its user and the system, and inherits
// nothing from above. Where the volume keeps no lists of rights it does nothing.
func Close(path string) error {
	if !kept(path) {
		return nil
	}
	own, err := user()
	if err != nil {
		return err
	}
	sd, err := windows.SecurityDescriptorFromString(fmt.Sprintf("D:P(A;OICI;FA;;;%s)(A;OICI;FA;;;SY)", own))
	if err != nil {
		return fmt.Errorf("describe who may enter the folder: %w", err)
	}
	list, _, err := sd.DACL()
	if err != nil {
		return fmt.Errorf("describe who may enter the folder: %w", err)
	}
	const alone = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	return windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, alone, nil, nil, list, nil)
}

// Writable returns an error unless we may make files in a folder. It makes none.
func Writable(path string) error {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	const addFile = windows.FILE_WRITE_DATA // the name of the same right to a file
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	h, err := windows.CreateFile(name, addFile, share, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		return err
	}
	return windows.CloseHandle(h)
}

// kept reports whether the volume of a path keeps owners and lists of rights.
func kept(path string) bool {
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(path) + `\`)
	if err != nil {
		return true
	}
	var flags uint32
	if err := windows.GetVolumeInformation(root, nil, 0, nil, nil, &flags, nil, 0); err != nil {
		return true // the question for the rights itself fails with a reason
	}
	return flags&windows.FILE_PERSISTENT_ACLS != 0
}

func user() (*windows.SID, error) {
	own, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("ask who the user is: %w", err)
	}
	return own.User.Sid, nil
}

// trusted reports whether somebody is no other: own is our user.
func trusted(sid, own *windows.SID) bool {
	for _, kind := range []windows.WELL_KNOWN_SID_TYPE{
		windows.WinLocalSystemSid, windows.WinBuiltinAdministratorsSid, windows.WinCreatorOwnerSid, windows.WinCreatorOwnerRightsSid,
	} {
		if sid.IsWellKnown(kind) {
			return true
		}
	}
	return sid.Equals(own)
}
