// Package job keeps a process and all that it starts together on Windows, so that
// they can be ended together. There are no process groups there that a kill reaches:
// whoever ends a process leaves its children running.
package job
