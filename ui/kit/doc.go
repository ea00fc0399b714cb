// Package kit is the window's toolkit: theme, fonts, icons, buttons, fields,
// switches, wrapped text, layouts and the parts of a page.
//
// A UI carries the palette, the language and the places where unused keys go;
// every part is made with one. The package knows no account, no agent and no
// window of ours, so its parts can be read and tested by themselves.
package kit
