#!/bin/sh
# Renders the icons' PNGs from their SVG sources. Needs rsvg-convert
# (package librsvg2-bin).
set -eu
cd "$(dirname "$0")/../icons"

render() { # name size file
	rsvg-convert --width "$2" --height "$2" "$1.svg" --output "$3"
}

for size in 16 22 24 32 48 64 128 512; do
	render tokentray "$size" "tokentray-$size.png"
done
render tokentray 256 tokentray.png

# Panels of Linux scale the largest; Windows picks among all.
for source in tray-*.svg; do
	for size in 16 24 32 48; do
		render "${source%.svg}" "$size" "${source%.svg}-$size.png"
	done
done
