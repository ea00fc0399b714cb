package notify

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// command is a program of the platform that shows or withdraws a message. Its script
// is a constant, and the message goes in as data, so that no account name is ever run
// as code. Toolkits paste the text into a script instead, where no quoting is safe:
// PowerShell ends a string at curly quotes, which Chinese sentences use often.
type command struct {
	path  string
	args  []string
	stdin string // ASCII
}

// appID is the application of which Windows shows toasts.
const appID = "io.tokentray.TokenTray"

// toastScript shows a toast on Windows. It reads lines from standard input: the
// application's ID, title and body in base64, the tag, what a click reports, and for
// each button its label in base64 and what it reports. Show replaces the toast with the
// same tag. The text goes into the document as text, whatever it holds.
const toastScript = `$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
function Read-Line { [Console]::In.ReadLine() }
function Read-Text { [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String((Read-Line))) }
$id = Read-Line
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$null = [Windows.Data.Xml.Dom.XmlDocument, Windows.Data.Xml.Dom.XmlDocument, ContentType = WindowsRuntime]
$draft = [xml]'<toast><visual><binding template="ToastGeneric"><text/><text/></binding></visual><actions/></toast>'
foreach ($node in $draft.SelectNodes('//text')) { $node.InnerText = Read-Text }
$tag = Read-Line
$draft.DocumentElement.SetAttribute('launch', (Read-Line))
while ($label = Read-Line) {
  $action = $draft.CreateElement('action')
  $action.SetAttribute('content', [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($label)))
  $action.SetAttribute('arguments', (Read-Line))
  $null = $draft.SelectSingleNode('//actions').AppendChild($action)
}
$xml = New-Object Windows.Data.Xml.Dom.XmlDocument
$xml.LoadXml($draft.OuterXml)
$toast = New-Object Windows.UI.Notifications.ToastNotification $xml
$toast.Tag = $tag
$toast.Group = 'TokenTray'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($id).Show($toast)
`

// untoastScript withdraws a toast. It reads the application's ID and the tag from
// standard input.
const untoastScript = `$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$id = [Console]::In.ReadLine()
[Windows.UI.Notifications.ToastNotificationManager]::History.Remove([Console]::In.ReadLine(), 'TokenTray', $id)
`

// toast shows m on Windows. root is the system folder, id the application. reports is
// what Windows tells us of a click, for each action.
func toast(root, id string, m message, reports func(act string) string) command {
	text := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	lines := []string{id, text(m.title), text(m.body), m.kind.String(), reports(actDefault)}
	for _, b := range m.buttons {
		if b.label != "" {
			lines = append(lines, text(b.label), reports(b.act))
		}
	}
	return powershell(root, toastScript, strings.Join(lines, "\r\n")+"\r\n")
}

// untoast withdraws the message of a kind.
func untoast(root, id string, k kind) command {
	return powershell(root, untoastScript, id+"\r\n"+k.String()+"\r\n")
}

// powershell runs a script with an input. It runs Windows PowerShell by its full
// path, whatever PATH says; PowerShell 7 cannot use WinRT.
func powershell(root, script, stdin string) command {
	units := utf16.Encode([]rune(script))
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		b = append(b, byte(u), byte(u>>8))
	}
	return command{
		path:  filepath.Join(root, "System32", "WindowsPowerShell", "v1.0", "powershell.exe"),
		args:  []string{"-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", base64.StdEncoding.EncodeToString(b)},
		stdin: stdin,
	}
}

// bannerScript shows a banner on macOS.
const bannerScript = `on run argv
display notification (item 3 of argv) with title "TokenTray" subtitle (item 2 of argv)
end run`

// banner shows m on macOS. The script gets the texts as arguments, after a word that
// is not an option. Other users can see arguments; these contain only what is on the
// screen.
func banner(m message) command {
	return command{
		path: "/usr/bin/osascript",
		args: []string{"-e", bannerScript, "tokentray", m.title, strings.ReplaceAll(m.body, "\n", " · ")},
	}
}
