package interchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/recognise"
)

// secretFiles are sound files of every source, each with secretA in it.
func secretFiles(t *testing.T) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		"a.json": []byte("{\"tokentray\":\"accounts\",\"version\":1,\n\"accounts\":[{\"name\":\"a\",\n\"appid\":\"" + idA + "\",\n\"secret\":\"" + secretA + "\",\n\"proxy_password\":\"" + secretA + "\"}]}"),
		"a.csv":  []byte("name,appid,secret,note\na," + idA + "," + secretA + ",\"" + secretA + "\nb\"\n"),
		".env":   []byte("# x\nWX_APPID=" + idA + "\nWX_SECRET=\"" + secretA + "\"\nOTHER_SECRET='" + secretA + "'\n"),
		"postman.json": []byte("{\"name\":\"a\",\"values\":[{\"key\":\"appid\",\"value\":\"" + idA + "\"},\n{\"key\":\"secret\",\n\"value\":\"" +
			secretA + "\",\"enabled\":true}]}"),
		"a.properties": []byte("wx.mp.app-id=" + idA + "\nwx.mp.secret=" + secretA + "\nwx.mp.apps.b.secret : " + secretA + "\n"),
		"a.yml":        []byte("wx:\n  mp: &b\n    app-id: " + idA + "\n    secret: " + secretA + "\n  miniapp:\n    <<: *b\n    token: '" + secretA + "'\n"),
	}
}

// harm is what people and editors do to a file.
func harm(r *rand.Rand, data []byte) []byte {
	data = bytes.Clone(data)
	at := r.IntN(len(data))
	lines := bytes.SplitAfter(data, []byte("\n"))
	i := r.IntN(len(lines))
	marks := []string{"\"", "'", "\n", ":", "=", "{", "}", "[", ",", "\t", "\\", "\\u", "#", "${", "&a ", "*a", "- ", "\x00", "\xff", "? "}
	mark := []byte(marks[r.IntN(len(marks))])
	switch r.IntN(5) {
	case 0:
		return data[:at]
	case 1: // a line twice
		return bytes.Join(append(lines[:i:i], append([][]byte{lines[i]}, lines[i:]...)...), nil)
	case 2: // a line less
		return bytes.Join(append(lines[:i:i], lines[i+1:]...), nil)
	case 3:
		return append(data[:at:at], append(mark, data[at:]...)...)
	default:
		return append(data[:at:at], append(mark, data[min(len(data), at+1):]...)...)
	}
}

// TestNoSecretIsTold: whatever happens to a file with secrets in it, what is
// said of the file holds none of them, and neither does the printed account.
func TestNoSecretIsTold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	froms := append([]Source{""}, Sources()...)
	words := recognise.New(recognise.Of(kinds.Builtin())...)
	faulty := 0
	for name, sound := range secretFiles(t) {
		if f, err := Read(sound, Options{FileName: name}); err != nil || f.Accounts[0].Secret.Reveal() != secretA {
			t.Fatalf("%s: %v", name, err)
		}
		for range 1000 { // fuzzing goes on from here
			data := sound
			for range 1 + r.IntN(3) {
				if len(data) > 0 {
					data = harm(r, data)
				}
			}
			f, err := Read(data, Options{FileName: name, From: froms[r.IntN(len(froms))], Passphrase: core.NewSecret("p"), Recogniser: words})
			for i := range f.Accounts { // a line end that is lost makes one value of two
				f.Accounts[i].Name, f.Accounts[i].AppID, f.Accounts[i].Env, f.Accounts[i].Kind, f.Accounts[i].Product = "", "", "", "", ""
			}
			said := fmt.Sprintf("%v %+v %#v", err, f.Remarks, f.Accounts)
			if err != nil {
				faulty++
				raw, _ := json.Marshal(err)
				said += string(raw)
			}
			if i := strings.Index(said, secretA[:12]); i >= 0 {
				t.Fatalf("%s: a secret is told: …%s…\nof\n%s", name, said[max(0, i-60):i+12], data)
			}
		}
	}
	if faulty < 250 {
		t.Errorf("only %d files were refused", faulty)
	}
}
