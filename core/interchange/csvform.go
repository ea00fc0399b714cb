package interchange

import (
	"bytes"
	"encoding/csv"
	"slices"
)

// columnsByForm finds the columns with AppIDs and their secrets by the form of the cells,
// where the header does not name them, as in what password managers export. It puts
// them into the names; false: there are none, or the first row is no header.
func columnsByForm(names []string, text []byte, sep rune, o Options) bool {
	r := csv.NewReader(bytes.NewReader(quotedTexts(text, sep)))
	r.Comma = sep
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	for rows := 0; rows <= MaxAccounts; rows++ {
		row, err := r.Read()
		if err != nil {
			return false
		}
		for id, cell := range row {
			secret := slices.IndexFunc(row, func(other string) bool { return o.Recogniser.IsPair(textCell(cell), textCell(other)) })
			switch {
			case secret < 0 || max(id, secret) >= len(names):
				continue
			case rows == 0:
				return false
			}
			for i, name := range names {
				if name == "appid" || name == "secret" {
					names[i] = ""
				}
			}
			names[id], names[secret] = "appid", "secret"
			if i := slices.IndexFunc(names, func(name string) bool { return name == "title" || name == "标题" }); i >= 0 && !slices.Contains(names, "name") {
				names[i] = "name"
			}
			return true
		}
	}
	return false
}
