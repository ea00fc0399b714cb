package durable

const noWait = 0 // named pipes do not lie among files
