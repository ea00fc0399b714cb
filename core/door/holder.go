package door

import (
	"os"
	"os/user"
	"strconv"
)

// Holder is the user whose program listens at a port of the loopback.
type Holder struct {
	UID  int
	Name string // or the number, if the system knows no name
	Own  bool   // it is the user of this process
}

// HolderOf returns the user whose program listens at port. A user other than our own
// comes first: client programs could reach either. It returns nil if nobody listens
// and on systems that do not tell; Linux does.
func HolderOf(port int) *Holder {
	uids := listeners(port)
	if len(uids) == 0 {
		return nil
	}
	h := &Holder{UID: uids[0]}
	for _, uid := range uids {
		if uid != os.Geteuid() {
			h.UID = uid
		}
	}
	h.Own = h.UID == os.Geteuid()
	h.Name = strconv.Itoa(h.UID)
	if u, err := user.LookupId(h.Name); err == nil {
		h.Name = u.Username
	}
	return h
}
