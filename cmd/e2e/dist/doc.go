// Package dist tests the packages: each is installed into a temporary root or prefix,
// run, upgraded from an earlier commit and removed, with the package managers that
// people use. make test-dist builds the packages and runs the tests.
package dist
