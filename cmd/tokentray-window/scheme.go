package main

// schemeCommand is a hidden command. It makes the program the child process that asks
// the desktop for its colour scheme; see askPortal.
const schemeCommand = "__colour-scheme"
