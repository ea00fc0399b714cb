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

// toastScript shows a toast on Windows. It reads two lines from standard input, title
// and body in base64. Toasts belong to a registered application, so it registers one
// for the current user. Show replaces the toast with the same tag.
const toastScript = `$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$id = 'io.tokentray.TokenTray'
$key = "HKCU:\Software\Classes\AppUserModelId\$id"
if (-not (Test-Path $key)) {
  $null = New-Item -Path $key -Force
  $null = New-ItemProperty -Path $key -Name DisplayName -Value TokenTray -PropertyType String
}
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$manager = [Windows.UI.Notifications.ToastNotificationManager]
$xml = $manager::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
foreach ($node in $xml.GetElementsByTagName('text')) {
  $text = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String([Console]::In.ReadLine()))
  $null = $node.AppendChild($xml.CreateTextNode($text))
}
$toast = New-Object Windows.UI.Notifications.ToastNotification $xml
$toast.Tag = [Console]::In.ReadLine()
$toast.Group = 'TokenTray'
$manager::CreateToastNotifier($id).Show($toast)
`

// untoastScript withdraws a toast. It reads the tag from standard input.
const untoastScript = `$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
[Windows.UI.Notifications.ToastNotificationManager]::History.Remove([Console]::In.ReadLine(), 'TokenTray', 'io.tokentray.TokenTray')
`

// toast shows m on Windows. root is the system folder.
func toast(root string, m message) command {
	line := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) + "\r\n" }
	return powershell(root, toastScript, line(m.title)+line(m.body)+m.kind.String()+"\r\n")
}

// untoast withdraws the message of a kind.
func untoast(root string, k kind) command {
	return powershell(root, untoastScript, k.String()+"\r\n")
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
