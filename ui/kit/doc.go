// Package kit is the window's toolkit: theme, fonts, icons, buttons, fields,
// switches, wrapped text, layouts and the parts of a page.
//
// Every part is made with a UI, which holds the palette, the language and the handler
// for keys that no part uses. The package knows nothing about accounts, the agent or
// our windows, so its parts can be read and tested alone.
package kit
