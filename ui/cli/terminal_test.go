package cli

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestHiddenLine(t *testing.T) {
	tests := []struct {
		typed, line string
		err         error
		rest        string
	}{
		{"secret\r", "secret", nil, ""},
		{"secret\nagain\n", "secret", nil, "again\n"},
		{"\r", "", nil, ""},
		{"\x04", "", io.EOF, ""},
		{"\x00", "", io.EOF, ""},
		{"sec\x04ret\r", "secret", nil, ""},
		{"sec\x03ret\r", "", io.EOF, "ret\r"},
		{"x\x7f\x7f密钥\x7fs\b\r", "密", nil, ""},
		{"wrong\x15right\r", "right", nil, ""},
		{"hung up", "", io.EOF, ""},
		{strings.Repeat("x", 5000) + "\r", strings.Repeat("x", maxHidden), nil, ""},
	}
	for _, tt := range tests {
		r := strings.NewReader(tt.typed)
		line, err := hiddenLine(r)
		rest, _ := io.ReadAll(r)
		if line != tt.line || !errors.Is(err, tt.err) || string(rest) != tt.rest {
			t.Errorf("%.20q: %.20q, %v, and %q is left", tt.typed, line, err, rest)
		}
	}
}
