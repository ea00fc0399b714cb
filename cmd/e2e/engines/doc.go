// Package engines tests what depends on a Redis, with real redis-servers, real agents
// and real failures of both: kill -9, SIGSTOP, network cuts. The tests take minutes,
// so make test-engines runs them separately.
package engines
