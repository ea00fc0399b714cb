// Package dist holds the tests of the packages: each is installed into a scratch
// root or prefix, run, upgraded over one of an earlier commit and removed, with the
// package managers that people use. Run it by make test-dist, which makes them.
package dist
