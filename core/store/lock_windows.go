package store

import "os"

// release closes the file and with it gives up bbolt's lock.
func release(f *os.File) error { return f.Close() }
