package kit

// wheelPace is by how much the wheel is faster than Fyne's own. On a Mac the
// system has made it fast already.
const wheelPace = 1
