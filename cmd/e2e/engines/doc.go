// Package engines tests what stands on a Redis with real redis-servers, real agents and
// real ends of both: kill -9, SIGSTOP, cut networks. Its tests take minutes, so that they
// stand beside the others: make test-engines.
package engines
