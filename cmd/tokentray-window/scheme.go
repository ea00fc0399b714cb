package main

// schemeCommand is the hidden command by which the program becomes the child
// that asks the desktop for its colour scheme; see askPortal.
const schemeCommand = "__colour-scheme"
